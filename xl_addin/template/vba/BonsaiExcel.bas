Attribute VB_Name = "BonsaiExcel"
Option Explicit
Option Private Module

' What only Excel itself can do or tell, and nothing else: tables, the status bar, the function
' wizard. The other modules also run in LibreOffice, where tests put a stand-in for this one.

' The values under a header as an array (1 To rows, 1 To 1); Empty where there is no such column.
' Tables are found by name and columns by header: users may move and rename all around them.
Public Function ColumnValues(ByVal tableName As String, ByVal header As String) As Variant
    Dim table As Object, column As Object
    Set table = FindTable(tableName)
    If table Is Nothing Then Exit Function
    If table.DataBodyRange Is Nothing Then Exit Function
    For Each column In table.ListColumns
        If StrComp(Trim(column.Name), header, vbTextCompare) = 0 Then
            ColumnValues = AsGrid(column.DataBodyRange.Value)
            Exit Function
        End If
    Next column
End Function

' The name of the table of which a range is the whole body; "" for any other range.
Public Function TableNameOf(ByVal area As Object) As String
    Dim table As Object
    Set table = area.ListObject
    If table Is Nothing Then Exit Function
    If table.DataBodyRange Is Nothing Then Exit Function
    If table.DataBodyRange.Address = area.Address Then TableNameOf = table.Name
End Function

' The rows of the table in which a cell stands; Nothing for a cell in no table.
Public Function TableBodyAround(ByVal cell As Object) As Object
    If Not cell.ListObject Is Nothing Then Set TableBodyAround = cell.ListObject.DataBodyRange
End Function

Public Sub ShowSheetOf(ByVal tableName As String)
    Dim table As Object
    Set table = FindTable(tableName)
    If table Is Nothing Then
        Err.Raise vbObjectError + 514, "BonsaiExcel", "The table " & tableName & _
            " is not in this workbook. Copy its sheet back from a new BONSAI workbook."
    End If
    If table.Parent.Visible <> xlSheetVisible Then table.Parent.Visible = xlSheetVisible
    ThisWorkbook.Activate
    table.Parent.Activate
End Sub

Public Function IsReady() As Boolean
    IsReady = True
    On Error Resume Next ' where a version of Excel lacks one of these, it is no reason to wait
    IsReady = Application.Ready And Application.Interactive
End Function

' xlwings' own way to say which workbook asks. (LibreOffice has another SetAttr.)
Public Sub NameCaller(ByVal server As Object)
    server.SetAttr server.Module("xlwings._xlwindows"), "BOOK_CALLER", ThisWorkbook
End Sub

' Any change of a cell would end what the user has cut or copied.
Public Function IsCopying() As Boolean
    On Error Resume Next
    IsCopying = (Application.CutCopyMode <> 0)
End Function

' The wizard computes a formula at each key press. While it is open, Excel greys out this command.
Public Function IsWizardOpen() As Boolean
    On Error Resume Next
    IsWizardOpen = Not Application.CommandBars("Standard").Controls(1).Enabled
End Function

' The Python that xlwings is told to start; "" where nothing is said. xlwings hands its path to
' Windows in the system's code page: what has no place there would become question marks.
Public Function InterpreterPath() As String
    #If Mac Then
        InterpreterPath = GetConfig("INTERPRETER_MAC", "")
    #Else
        InterpreterPath = GetConfig("INTERPRETER_WIN", "")
    #End If
End Function

Public Function IsInCodePage(ByVal text As String) As Boolean
    #If Mac Then
        IsInCodePage = True
    #Else
        IsInCodePage = (StrConv(StrConv(text, vbFromUnicode), vbUnicode) = text)
    #End If
End Function

Public Sub ShowStatus(ByVal message As String)
    Application.StatusBar = message
End Sub

Public Sub ReleaseStatus()
    Application.StatusBar = False
End Sub

' What is typed into a box; "" if it is closed.
Public Function Ask(ByVal question As String) As String
    Ask = InputBox(question, "BONSAI", "1")
End Function

Public Sub Tell(ByVal message As String)
    MsgBox message, vbExclamation, "BONSAI"
End Sub

' Help is a courtesy: opening the workbook must not fail over it, nor make it look changed.
Public Sub DescribeFunction( _
    ByVal functionName As String, ByVal description As String, ByVal arguments As Variant)
    Dim wasSaved As Boolean
    wasSaved = ThisWorkbook.Saved
    On Error Resume Next
    Application.MacroOptions Macro:=functionName, Description:=description, _
        Category:="BONSAI", ArgumentDescriptions:=arguments
    ThisWorkbook.Saved = wasSaved
End Sub

Private Function FindTable(ByVal tableName As String) As Object
    Dim sheet As Object, table As Object
    For Each sheet In ThisWorkbook.Worksheets
        For Each table In sheet.ListObjects
            If StrComp(table.Name, tableName, vbTextCompare) = 0 Then
                Set FindTable = table
                Exit Function
            End If
        Next table
    Next sheet
End Function

' A range of one cell gives a bare value.
Private Function AsGrid(ByVal content As Variant) As Variant
    Dim grid(1 To 1, 1 To 1) As Variant
    If IsArray(content) Then
        AsGrid = content
    Else
        grid(1, 1) = content
        AsGrid = grid
    End If
End Function
