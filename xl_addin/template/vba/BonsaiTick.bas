Attribute VB_Name = "BonsaiTick"
Option Explicit
Option Private Module

' While a job is unfinished, Excel asks Python for news at short intervals; Python answers with a
' bounded block of rows. Excel itself calls the tick, and only while no cell is being edited.

#If Mac Then
' On macOS each question starts a Python of its own, and a click returns before Python has run:
' so many ticks wait for its job to be recorded.
Private Const SECONDS_BETWEEN As Long = 5
Private Const PATIENCE As Long = 6
#Else
Private Const SECONDS_BETWEEN As Long = 2
Private Const PATIENCE As Long = 0
#End If

Private nextTime As Date        ' 0 while nothing is scheduled
Private nextMacro As String     ' with the name that the file had then
Private isAtWork As Boolean
Private isPaused As Boolean
Private ticksToWait As Long
Private newestBefore As String  ' the job at the top of the table before the click

' Before a click's question: what is recorded later has come of it.
Public Sub NoteJobs()
    newestBefore = BonsaiJobs.NewestJob()
End Sub

Public Function HasNewJob() As Boolean
    HasNewJob = (BonsaiJobs.NewestJob() <> newestBefore)
End Function

' Never two timers: starting again while one is due, or while a tick runs, changes nothing.
Public Sub StartTick(Optional ByVal waitForJob As Boolean = False)
    isPaused = False
    If waitForJob Then ticksToWait = PATIENCE
    If nextTime = 0 And Not isAtWork Then
        If BonsaiJobs.IsBusy() Or ticksToWait > 0 Then Schedule
    End If
    ShowState
End Sub

Public Sub StopTick()
    ticksToWait = 0
    isPaused = False
    Unschedule
    ShowState
End Sub

' Before the workbook closes, which the user may still take back.
Public Sub PauseTick()
    isPaused = nextTime <> 0
    Unschedule
    BonsaiExcel.ReleaseStatus
End Sub

Public Sub ResumeTick()
    If isPaused Then StartTick
End Sub

Public Sub RenewTick()
    If nextTime = 0 Then Exit Sub
    Unschedule
    Schedule
End Sub

' What happens when the clock calls.
Public Sub HandleTick()
    Dim goOn As Boolean, reason As String
    If (nextTime - Now) * 86400 > 0.5 Then Exit Sub ' a timer from before a reset of the macros
    nextTime = 0
    If isAtWork Then Exit Sub
    On Error GoTo failed
    isAtWork = True
    goOn = AskForNews()
    isAtWork = False
    If goOn Then
        Schedule ' the status bar is Python's, which knows the progress
    Else
        StopTick
    End If
    Exit Sub
failed:
    reason = Err.Description
    isAtWork = False
    StopTick
    BonsaiActions.TellProblem reason
End Sub

' Whether to ask again. A tick that fails would fail every two seconds, so it stops; the next
' click on a button starts it again.
Private Function AskForNews() As Boolean
    AskForNews = True
    If Not BonsaiExcel.IsReady() Then Exit Function ' busy with the user
    If BonsaiExcel.IsCopying() Then Exit Function
    If BonsaiJobs.IsBusy() Then
        ticksToWait = 0
        BonsaiBridge.RunCommand "from xl_addin import ribbon; ribbon.tick()"
    ElseIf ticksToWait > 0 Then
        ticksToWait = ticksToWait - 1
        If HasNewJob() Then
            BonsaiActions.AnswerQuestion
        ElseIf ticksToWait = 0 Then
            BonsaiActions.TellNoJob
        End If
    End If
    AskForNews = BonsaiJobs.IsBusy() Or ticksToWait > 0
End Function

' The status bar belongs to Excel again as soon as no job is unfinished.
Public Sub ShowState()
    If BonsaiJobs.IsBusy() And nextTime <> 0 Then
        BonsaiExcel.ShowStatus BonsaiJobs.ProgressText()
    Else
        BonsaiExcel.ReleaseStatus
    End If
End Sub

Private Sub Schedule()
    Dim due As Date
    nextMacro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!BonsaiClock.Tick"
    due = Now + TimeSerial(0, 0, SECONDS_BETWEEN)
    Application.OnTime due, nextMacro
    nextTime = due
End Sub

Private Sub Unschedule()
    If nextTime = 0 Then Exit Sub
    On Error Resume Next ' it may be running out at this moment
    Application.OnTime nextTime, nextMacro, , False
    nextTime = 0
End Sub
