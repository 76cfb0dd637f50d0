Attribute VB_Name = "Probe"
Option Explicit

' Entries for the tests. LibreOffice passes over errors in silence, so each of them is caught.

Public Function Alive() As String
    Alive = "yes"
End Function

$callbacks

Public Function Obstacle(actionName As String) As String
    Dim found As String
    On Error GoTo failed
    BonsaiRibbon.FindObstacle actionName, found
    Obstacle = found
    Exit Function
failed:
    Obstacle = "failed: " & Err.Description
End Function

Public Function Clock(request As String) As String
    On Error GoTo failed
    Select Case request
        Case "start": BonsaiTick.StartTick
        Case "stop": BonsaiTick.StopTick
        Case "pause": BonsaiTick.PauseTick
        Case "resume": BonsaiTick.ResumeTick
        Case "renew": BonsaiTick.RenewTick
        Case "tick": BonsaiClock.Tick
        Case "help": BonsaiFunctions.RegisterHelp
    End Select
    Clock = "done"
    Exit Function
failed:
    Clock = "failed: " & Err.Description
End Function

Public Function Compute(request As String) As String
    Dim result As Variant
    On Error GoTo failed
    Select Case request
        Case "text": result = SEXYSCORE("a text")
        Case "two arguments": result = SEXYSCORE("a text", "a view")
        Case "mode": result = SEXYSCORE("a text", "a view", "max")
        Case "range": result = SEXYSCORE(ThisWorkbook.Worksheets("tblPOV").Range("B2:B3"), "a view")
        Case "whole table": result = SEXYSCORE("a text", ThisWorkbook.Worksheets("tblPOV").Range("A2:D3"))
        Case "cell": result = SEXYSCORE(Texts("B3"), "a view")
        Case "cell with views": result = SEXYSCORE(Texts("B3"), Texts("D2:D3"))
        Case "row": result = SEXYSCORE(Texts("B3"), Texts("D3"))
        Case "far cell": result = SEXYSCORE(Texts("B5003"), "a view")
        Case "top of cell": result = BONSAI_TOPPOV(Texts("B3"), "a view", 2)
        Case "similarity of cells": result = BONSAI_SIMILARITY(Texts("B3"), Texts("D2"))
        Case "error in": result = SEXYSCORE(CVErr(xlErrDiv0), "a view")
        Case "similarity": result = BONSAI_SIMILARITY("one", "two")
        Case "top": result = BONSAI_TOPPOV("a text")
    End Select
    Compute = Described(result)
    Exit Function
failed:
    Compute = "failed: " & Err.Description
End Function

Private Function Texts(ByVal address As String) As Object
    Set Texts = ThisWorkbook.Worksheets("Texts").Range(address)
End Function

Private Function Described(ByVal result As Variant) As String
    If IsArray(result) Then
        Dim part As Variant
        For Each part In result
            Described = Described & Described1(part) & ";"
        Next part
    Else
        Described = Described1(result)
    End If
End Function

Private Function Described1(ByVal result As Variant) As String
    If Not IsError(result) Then
        Described1 = CStr(result)
    ElseIf result = CVErr(xlErrNA) Then
        Described1 = "#N/A"
    ElseIf result = CVErr(xlErrValue) Then
        Described1 = "#VALUE!"
    Else
        Described1 = "other error " & CStr(result)
    End If
End Function
