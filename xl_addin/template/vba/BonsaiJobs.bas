Attribute VB_Name = "BonsaiJobs"
Option Explicit
Option Private Module

' What the table tblJobs says. Python writes it; here it is only read.

Private Const JOBS As String = "tblJobs"

Public Function IsBusy() As Boolean
    IsBusy = UnfinishedRow() > 0
End Function

' The job at the top, where new ones are put.
Public Function NewestJob() As String
    NewestJob = CellText("Job", 1)
End Function

' What the job at the top asks before it begins; "" if it asks nothing.
Public Function NewestQuestion() As String
    Dim messages As Variant
    If CellText("State", 1) <> "asks" Then Exit Function
    messages = BonsaiExcel.ColumnValues(JOBS, "Message")
    If IsArray(messages) Then NewestQuestion = CStr(messages(1, 1))
End Function

' For the status bar: the job that runs, or the first that waits.
Public Function ProgressText() As String
    Dim row As Long, total As String, remaining As String
    row = UnfinishedRow()
    If row = 0 Then Exit Function
    ProgressText = "BONSAI: " & CellText("What", row) & " " & CellText("State", row)
    total = CellText("Of", row)
    If Val(total) > 0 Then
        ProgressText = ProgressText & ", " & CellText("Done", row) & " of " & total
    End If
    remaining = CellText("ETA", row)
    If remaining <> "" Then ProgressText = ProgressText & ", " & remaining
End Function

' The row of the running job, else of the first queued one, else 0.
Private Function UnfinishedRow() As Long
    Dim states As Variant, row As Long
    states = BonsaiExcel.ColumnValues(JOBS, "State")
    If Not IsArray(states) Then Exit Function
    For row = UBound(states, 1) To 1 Step -1
        Select Case PlainText(states(row, 1))
            Case "running"
                UnfinishedRow = row
                Exit Function
            Case "queued"
                UnfinishedRow = row
        End Select
    Next row
End Function

Private Function CellText(ByVal header As String, ByVal row As Long) As String
    Dim values As Variant
    values = BonsaiExcel.ColumnValues(JOBS, header)
    If IsArray(values) Then CellText = PlainText(values(row, 1))
End Function

Private Function PlainText(ByVal content As Variant) As String
    If Not IsError(content) Then PlainText = LCase(Trim(CStr(content)))
End Function
