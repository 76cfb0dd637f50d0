Attribute VB_Name = "BonsaiBridge"
Option Explicit
Option Private Module

' The way to Python, through the COM server of xlwings, and back. What xlwings writes itself would
' put the text of an error into the cell; here a cell gets a real error: #VALUE! for a bad
' argument, #N/A for what is not available now. A click or tick tells in words what went wrong,
' where RunPython would show a box with Python's trace of calls.

Private Const PYTHON_MODULE As String = "xl_addin.functions"
Private Const BAD_ARGUMENT As String = "BONSAI-VALUE:"
Private Const NOT_KNOWN As String = "BONSAI-UNKNOWN"
Private Const ROWS_AT_ONCE As Long = 5000
Private Const MINUTES_OF_REST As Long = 3

#If Mac Then
' There each command starts a Python, and xlwings shows what this one writes as its error: words.
Private Const IN_WORDS As String = _
    "import sys; sys.excepthook = lambda kind, error, trace: sys.stderr.write('BONSAI: ' + " & _
    "str(error) + (' The Python that xlwings.conf names as INTERPRETER_MAC cannot import " & _
    "BONSAI: install it there, or name the right Python.' if issubclass(kind, ImportError) " & _
    "else '')); "
#End If

Private server As Object        ' Nothing until the first call, and after a reset of the macros
Private restsUntil As Date      ' after a start that failed: each may take minutes, for each cell

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
        ElseIf Now < restsUntil Then
            CallPython = CVErr(xlErrNA)
        Else
            CallPython = WithErrors(AskServer(functionName, PlainValues(arguments)))
        End If
        Exit Function
failed:
        CallPython = ErrorFor(Err.Description)
    #End If
End Function

' Has Python do something for this workbook.
Public Sub RunCommand(ByVal command As String)
    #If Mac Then
        CheckPlace
        RunPython IN_WORDS & command
    #Else
        Dim problem As Long, reason As String
        On Error GoTo failed
        DropEndedServer
        If server Is Nothing Then StartServer
        BonsaiExcel.NameCaller server
        server.Exec command
        ForgetFailure
        Exit Sub
failed:
        problem = Err.Number
        reason = Err.Description
        NoteFailure problem, reason
        Err.Raise 1003, "BonsaiBridge", WordsOf(reason)
    #End If
End Sub

' Whether Python could be asked: what went wrong then is its answer.
Public Function IsReached() As Boolean
    IsReached = Not server Is Nothing
End Function

#If Mac Then
' There is no such server: xlwings puts the workbook's path on the command line of a shell.
Private Sub CheckPlace()
    Dim mark As Variant
    For Each mark In Array("""", "$", "`", "|", ";")
        If InStr(ThisWorkbook.FullName, mark) > 0 Then
            Err.Raise 1004, "BonsaiBridge", "The name or folder of this workbook has the mark " & _
                mark & ", which cannot be handed to Python. Save it under a name without it."
        End If
    Next mark
End Sub
#Else
' A command must not run twice, so a server that has ended is noticed before it is asked.
Private Sub DropEndedServer()
    If server Is Nothing Then Exit Sub
    On Error Resume Next
    BonsaiExcel.NameCaller server
    If IsGone(Err.Number) Then Set server = Nothing
End Sub

' The error alone, without the trace of calls above it and the name of its class.
Private Function WordsOf(ByVal reason As String) As String
    Dim words As String, place As Long
    words = Replace(reason, vbCr, "")
    If InStr(words, "Traceback") > 0 Then
        Do While Right(words, 1) = vbLf
            words = Left(words, Len(words) - 1)
        Loop
        words = Mid(words, InStrRev(words, vbLf) + 1)
        place = InStr(words, ": ")
        If place > 0 And place < InStr(words, " ") Then words = Mid(words, place + 2)
    End If
    WordsOf = words
End Function

' A server that is kept may have ended in the meantime: then a new one is asked, once.
Private Function AskServer(ByVal functionName As String, ByVal values As Variant) As Variant
    Dim wasKept As Boolean, problem As Long, reason As String
    wasKept = Not server Is Nothing
    AskServer = TryServer(functionName, values, problem, reason)
    If wasKept And server Is Nothing Then
        AskServer = TryServer(functionName, values, problem, reason)
    End If
    If problem <> 0 Then Err.Raise 1001, "BonsaiBridge", reason
End Function

Private Function TryServer(ByVal functionName As String, ByVal values As Variant, _
        ByRef problem As Long, ByRef reason As String) As Variant
    On Error GoTo failed
    problem = 0
    If server Is Nothing Then StartServer
    TryServer = server.CallUDF(PYTHON_MODULE, functionName, values, ThisWorkbook, _
        Application.Caller)
    Exit Function
failed:
    problem = Err.Number
    reason = Err.Description
    NoteFailure problem, reason
End Function

Private Sub NoteFailure(ByVal problem As Long, ByVal reason As String)
    If server Is Nothing Or InStr(reason, "ModuleNotFoundError") > 0 Or _
        InStr(reason, "ImportError") > 0 Then RememberFailure
    If IsGone(problem) Then Set server = Nothing
End Sub

Private Sub StartServer()
    CheckInterpreter
    Set server = XLPy
End Sub

' What COM says of a server whose process has ended: unavailable, disconnected, call failed.
Private Function IsGone(ByVal problem As Long) As Boolean
    Select Case problem
        Case 462, -2147023174, -2147417848, -2147023170, -2147220995
            IsGone = True
    End Select
End Function
#End If

' A Python that did not start is not asked again for a while, except by a click.
Private Sub RememberFailure()
    Set server = Nothing
    restsUntil = Now + TimeSerial(0, MINUTES_OF_REST, 0)
End Sub

Private Sub ForgetFailure()
    restsUntil = 0
End Sub

Private Sub CheckInterpreter()
    Dim path As String
    path = BonsaiExcel.InterpreterPath()
    If Not BonsaiExcel.IsInCodePage(path) Then
        Err.Raise 1002, "BonsaiBridge", "The path of Python, " & path & _
            ", has characters that this Windows cannot hand on. Install Python in a folder " & _
            "whose name has plain letters only, for example C:\BONSAI."
    End If
End Sub

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
