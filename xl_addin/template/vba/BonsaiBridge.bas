Attribute VB_Name = "BonsaiBridge"
Option Explicit
Option Private Module

' The way from a worksheet function to Python, through the COM server of xlwings, and back. What
' xlwings writes itself would put the text of an error into the cell; here a cell gets a real
' error: #VALUE! for a bad argument, #N/A for what is not available now.

Private Const PYTHON_MODULE As String = "xl_addin.functions"
Private Const BAD_ARGUMENT As String = "BONSAI-VALUE:"
Private Const NOT_KNOWN As String = "BONSAI-UNKNOWN"
Private Const ROWS_AT_ONCE As Long = 5000

' Excel calculates a column of formulas cell by cell. What is known for a cell's text is given at
' once; only where that is nothing, Python is asked again and handed the column in which the text
' stands, so that one request scores it all.
Public Function ScoreOf(ByVal functionName As String, ByVal arguments As Variant) As Variant
    Dim result As Variant
    If Not StandsInColumn(arguments) Then
        ScoreOf = CallPython(functionName, arguments)
        Exit Function
    End If
    result = CallPython("known_" & functionName, arguments)
    If VarType(result) = vbString Then
        If result = NOT_KNOWN Then result = CallPython(functionName, WithColumn(arguments))
    End If
    ScoreOf = result
End Function

Public Function CallPython(ByVal functionName As String, ByVal arguments As Variant) As Variant
    #If Mac Then
        CallPython = CVErr(xlErrNA) ' Excel for macOS has no such functions: use Score selection
    #Else
        Dim first As Variant
        On Error GoTo failed
        first = FirstValue(arguments)
        If BonsaiExcel.IsWizardOpen() Then
            CallPython = CVErr(xlErrNA)
        ElseIf IsError(first) Then
            CallPython = first ' as Excel's own functions do
        Else
            CallPython = WithErrors(XLPy.CallUDF(PYTHON_MODULE, functionName, _
                PlainValues(arguments), ThisWorkbook, Application.Caller))
        End If
        Exit Function
failed:
        CallPython = ErrorFor(Err.Description)
    #End If
End Function

' Points of view in the text's own row are of this row alone: its neighbours have others.
Private Function StandsInColumn(ByVal arguments As Variant) As Boolean
    Dim cell As Object, povs As Object
    Set cell = SingleCell(arguments(0))
    If cell Is Nothing Then Exit Function
    StandsInColumn = True
    If IsObject(arguments(1)) Then
        Set povs = arguments(1)
        If povs.Row = cell.Row And povs.Rows.Count = 1 Then StandsInColumn = False
    End If
End Function

Private Function WithColumn(ByVal arguments As Variant) As Variant
    Dim extended() As Variant, place As Long
    ReDim extended(LBound(arguments) To UBound(arguments) + 1)
    For place = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(place)) Then
            Set extended(place) = arguments(place)
        Else
            extended(place) = arguments(place)
        End If
    Next place
    extended(place) = ColumnAround(SingleCell(arguments(0)))
    WithColumn = extended
End Function

' Values above and below a cell, in the table or the used part of the sheet where it stands. They
' come in blocks: all cells of a block hand over the same. Some may not be calculated yet; that
' does no harm, because scores are found by the text. Errors reach Python as blanks.
Private Function ColumnAround(ByVal cell As Object) As Variant
    Dim area As Object, sheet As Object, first As Long, last As Long
    On Error Resume Next ' without its neighbours a cell is scored alone
    Set sheet = cell.Worksheet
    Set area = BonsaiExcel.TableBodyAround(cell)
    If area Is Nothing Then Set area = sheet.UsedRange
    first = area.Row + ((cell.Row - area.Row) \ ROWS_AT_ONCE) * ROWS_AT_ONCE
    last = area.Row + area.Rows.Count - 1
    If last > first + ROWS_AT_ONCE - 1 Then last = first + ROWS_AT_ONCE - 1
    ColumnAround = sheet.Range( _
        sheet.Cells(first, cell.Column), sheet.Cells(last, cell.Column)).Value
End Function

' A formula that leaves the points of view out reads the table as it stands. Excel recalculates
' what a formula names, so such a formula does not follow later changes of the table until it is
' calculated anew (Ctrl+Alt+F9); =SEXYSCORE([@Chunk],tblPOV) does. Making it volatile instead
' would call Python for every such cell at every change anywhere in the workbook.
Public Function UsualPovs() As Variant
    On Error Resume Next ' no table: Python is given nothing and says so
    UsualPovs = TablePovs("tblPOV")
End Function

' Rows of ID, POV, Weight, Use, wherever these columns stand; Empty where there are none.
Private Function TablePovs(ByVal tableName As String) As Variant
    Dim headers As Variant, values As Variant, grid() As Variant, row As Long, place As Long
    values = BonsaiExcel.ColumnValues(tableName, "POV")
    If Not IsArray(values) Then Exit Function
    ReDim grid(1 To UBound(values, 1), 1 To 4)
    headers = Array("ID", "POV", "Weight", "Use")
    For place = 0 To 3
        values = BonsaiExcel.ColumnValues(tableName, headers(place))
        If IsArray(values) Then
            For row = 1 To UBound(values, 1)
                grid(row, place + 1) = values(row, 1)
            Next row
        End If
    Next place
    TablePovs = grid
End Function

' Values in place of ranges: Python need not come back to Excel for them.
Private Function PlainValues(ByVal arguments As Variant) As Variant
    Dim values() As Variant, place As Long
    ReDim values(LBound(arguments) To UBound(arguments))
    For place = LBound(arguments) To UBound(arguments)
        values(place) = ValuesOf(arguments, place)
    Next place
    PlainValues = values
End Function

Private Function ValuesOf(ByVal arguments As Variant, ByVal place As Long) As Variant
    If Not IsObject(arguments(place)) Then
        ValuesOf = arguments(place)
        Exit Function
    End If
    Dim area As Object
    Set area = arguments(place)
    If area.Areas.Count > 1 Then
        Err.Raise vbObjectError + 515, "BonsaiBridge", BAD_ARGUMENT & " a range in several parts"
    End If
    If BonsaiExcel.TableNameOf(area) = "tblPOV" Then
        ValuesOf = TablePovs("tblPOV")
    Else
        ValuesOf = area.Value
    End If
End Function

Private Function FirstValue(ByVal arguments As Variant) As Variant
    Dim cell As Object
    Set cell = SingleCell(arguments(0))
    If Not cell Is Nothing Then
        FirstValue = cell.Value
    ElseIf Not IsObject(arguments(0)) Then
        FirstValue = arguments(0)
    End If
End Function

' The argument, if it is a range of one cell; Nothing for all else.
Private Function SingleCell(ByVal argument As Variant) As Object
    Dim area As Object
    If Not IsObject(argument) Then Exit Function
    Set area = argument
    If area.Rows.Count = 1 And area.Columns.Count = 1 Then Set SingleCell = area
End Function

' Python's message stands somewhere in the description, after the trace of calls.
Private Function ErrorFor(ByVal description As String) As Variant
    If InStr(description, BAD_ARGUMENT) > 0 Then
        ErrorFor = CVErr(xlErrValue)
    Else
        ErrorFor = CVErr(xlErrNA)
    End If
End Function

' A single cell of an array may be in error too: COM carries its name.
Private Function WithErrors(ByVal result As Variant) As Variant
    Dim row As Long, column As Long
    If Not IsArray(result) Then
        WithErrors = OneWithErrors(result)
        Exit Function
    End If
    If IsFlat(result) Then
        For column = LBound(result) To UBound(result)
            result(column) = OneWithErrors(result(column))
        Next column
    Else
        For row = LBound(result, 1) To UBound(result, 1)
            For column = LBound(result, 2) To UBound(result, 2)
                result(row, column) = OneWithErrors(result(row, column))
            Next column
        Next row
    End If
    WithErrors = result
End Function

Private Function OneWithErrors(ByVal content As Variant) As Variant
    OneWithErrors = content
    If VarType(content) <> vbString Then Exit Function
    If content = "#N/A" Then OneWithErrors = CVErr(xlErrNA)
    If content = "#VALUE!" Then OneWithErrors = CVErr(xlErrValue)
End Function

' A row of values comes without rows of its own.
Private Function IsFlat(ByVal content As Variant) As Boolean
    Dim last As Long
    IsFlat = True
    On Error Resume Next
    last = UBound(content, 2)
    IsFlat = (Err.Number <> 0)
End Function
