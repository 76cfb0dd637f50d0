Attribute VB_Name = "BonsaiActions"
Option Explicit
Option Private Module

' What a click does. Python is given the name of an action from the ribbon's table, and never
' anything that a user typed: RunPython puts its text on a command line.

Public Sub RunAction(ByVal actionName As String)
    Dim isAllowed As Variant
    BonsaiRibbon.AskWhether actionName, isAllowed
    If Not isAllowed Then
        BonsaiRibbon.RefreshRibbon
        Exit Sub
    End If
    On Error GoTo failed
    BonsaiExcel.ShowStatus "BONSAI: starting " & Replace(actionName, "_", " ")
    If RunPython("from xl_addin import ribbon; ribbon.run('" & actionName & "')") = -1 Then
        BonsaiTick.ShowState ' xlwings has shown the error
    Else
        BonsaiTick.StartTick waitForJob:=True
    End If
    Exit Sub
failed:
    TellProblem Err.Description
End Sub

Public Sub ShowTable(ByVal tableName As String)
    On Error GoTo failed
    BonsaiExcel.ShowSheetOf tableName
    Exit Sub
failed:
    BonsaiExcel.Tell "The sheet could not be shown." & vbLf & Err.Description
End Sub

' Python reports its own problems on the sheet Jobs. This is for the case that it does not start.
Public Sub TellProblem(ByVal reason As String)
    BonsaiExcel.ReleaseStatus
    BonsaiExcel.Tell "BONSAI could not reach Python." & vbLf & vbLf & reason & vbLf & vbLf & _
        "Finished results are kept. Close Excel and open this workbook again. If that does " & _
        "not help: the hidden sheet xlwings.conf names the Python that Excel starts; BONSAI " & _
        "must be installed in it."
End Sub
