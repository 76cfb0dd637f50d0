Attribute VB_Name = "BonsaiExcel"
Option Explicit

' Stands in for the module of this name: LibreOffice has no ListObjects, no status bar that can
' be read back and no function wizard. A "table" is a sheet of its name; calls go to sheet Log.

Public Function ColumnValues(ByVal tableName As String, ByVal header As String) As Variant
    Dim sheet As Object, column As Long, count As Long, row As Long
    Set sheet = ThisWorkbook.Worksheets(tableName)
    column = 1
    Do While sheet.Cells(1, column).Value <> header
        If sheet.Cells(1, column).Value = "" Then Exit Function
        column = column + 1
    Loop
    Do While sheet.Cells(count + 2, 1).Value <> ""
        count = count + 1
    Loop
    If count = 0 Then Exit Function
    Dim grid() As Variant
    ReDim grid(1 To count, 1 To 1)
    For row = 1 To count
        grid(row, 1) = sheet.Cells(row + 1, column).Value
    Next row
    ColumnValues = grid
End Function

Public Function TableNameOf(ByVal area As Object) As String
    If Setting("WholeTable") = "yes" Then TableNameOf = "tblPOV"
End Function

Public Function TableBodyAround(ByVal cell As Object) As Object
    If Setting("Table") <> "" Then
        Set TableBodyAround = ThisWorkbook.Worksheets("Texts").Range(Setting("Table"))
    End If
End Function

Public Sub ShowSheetOf(ByVal tableName As String)
    Log "show " & tableName
End Sub

Public Function IsReady() As Boolean
    IsReady = (Setting("Ready") = "yes")
End Function

Public Sub NameCaller(ByVal server As Object)
    server.HearCaller
End Sub

Public Function IsCopying() As Boolean
    IsCopying = (Setting("Copying") = "yes")
End Function

Public Function InterpreterPath() As String
    InterpreterPath = Setting("Interpreter")
End Function

Public Function IsInCodePage(ByVal text As String) As Boolean
    IsInCodePage = (text <> "foreign")
End Function

Public Function IsWizardOpen() As Boolean
    IsWizardOpen = (Setting("Wizard") = "yes")
End Function

Public Sub ShowStatus(ByVal message As String)
    Log "status " & message
End Sub

Public Sub ReleaseStatus()
    Log "status released"
End Sub

Public Function Ask(ByVal question As String) As String
    Log "ask " & question
    Ask = Setting("Answer")
End Function

Public Sub Tell(ByVal message As String)
    Log "tell " & message
End Sub

Public Sub DescribeFunction( _
    ByVal functionName As String, ByVal description As String, ByVal arguments As Variant)
    Log "help " & functionName & " " & (UBound(arguments) + 1)
End Sub

Public Sub Log(ByVal entry As String)
    Dim sheet As Object
    Set sheet = ThisWorkbook.Worksheets("Log")
    sheet.Cells(1, 2).Value = sheet.Cells(1, 2).Value + 1
    sheet.Cells(sheet.Cells(1, 2).Value, 1).Value = entry
End Sub

Public Function Setting(ByVal name As String) As String
    Dim sheet As Object, row As Long
    Set sheet = ThisWorkbook.Worksheets("Control")
    row = 1
    Do While sheet.Cells(row, 1).Value <> "" And Setting = ""
        If sheet.Cells(row, 1).Value = name Then Setting = sheet.Cells(row, 2).Value
        row = row + 1
    Loop
End Function
