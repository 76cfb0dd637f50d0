Attribute VB_Name = "BonsaiActions"
Option Explicit
Option Private Module

Private askedFor As String ' the action of the last click, until its question is answered

' What a click does. Python is given the name of an action from the ribbon's table, and never
' anything that a user typed: on macOS it goes onto a command line.

Public Sub RunAction(ByVal actionName As String)
    Dim obstacle As String, reason As String
    On Error GoTo failed
    BonsaiRibbon.FindObstacle actionName, obstacle
    If obstacle <> "" Then
        BonsaiExcel.Tell obstacle
        Exit Sub
    End If
    BonsaiExcel.ShowStatus "BONSAI: starting " & Replace(actionName, "_", " ")
    BonsaiTick.NoteJobs
    askedFor = actionName
    BonsaiBridge.RunCommand "from xl_addin import ribbon; ribbon.run('" & actionName & "')"
    BonsaiTick.StartTick waitForJob:=True
    AnswerQuestion
    Exit Sub
failed:
    reason = Err.Description
    BonsaiTick.ShowState
    TellProblem reason
End Sub

' Before a long run Python puts a question at the top of the table of jobs. On Windows it stands
' there when the click has been heard; on macOS a tick finds it. What was typed becomes a number.
Public Sub AnswerQuestion()
    Dim question As String, actionName As String, choice As Long
    If askedFor = "" Or Not BonsaiTick.HasNewJob() Then Exit Sub
    question = BonsaiJobs.NewestQuestion()
    If question = "" Then Exit Sub
    actionName = askedFor
    askedFor = ""
    choice = Val(Left(Trim(BonsaiExcel.Ask(question)), 1))
    BonsaiTick.NoteJobs
    BonsaiBridge.RunCommand "from xl_addin import ribbon; ribbon.choose('" & actionName & _
        "', " & CStr(choice) & ")"
    BonsaiTick.StartTick waitForJob:=(choice > 0)
End Sub

Public Sub ShowTable(ByVal tableName As String)
    On Error GoTo failed
    BonsaiExcel.ShowSheetOf tableName
    Exit Sub
failed:
    BonsaiExcel.Tell "The sheet could not be shown." & vbLf & Err.Description
End Sub

' Python tells its own problems on the sheet Jobs or in a box of its own. This is for the case that
' it does not start, or starts and finds Excel too busy to tell it anything.
Public Sub TellProblem(ByVal reason As String)
    BonsaiExcel.ReleaseStatus
    If BonsaiBridge.IsReached() Then
        BonsaiExcel.Tell "BONSAI: " & reason
        Exit Sub
    End If
    BonsaiExcel.Tell "BONSAI could not reach Python." & vbLf & vbLf & reason & vbLf & vbLf & _
        "Finished results are kept. " & WhatToCheck()
End Sub

' On macOS a click does not hear of a Python that does not start.
Public Sub TellNoJob()
    BonsaiExcel.Tell "BONSAI has asked Python, but no job was recorded." & vbLf & vbLf & _
        "If no other message was shown, Python did not start. " & WhatToCheck()
End Sub

' (No constant: the words of another language are put together when they are needed.)
Private Function WhatToCheck() As String
    #If Mac Then
    WhatToCheck = _
        "Close Excel and open this workbook again. If that does not help, check two things: " & _
        "the file ~/Library/Containers/com.microsoft.Excel/Data/xlwings.conf must give, as " & _
        "INTERPRETER_MAC, the full path of the Python in which BONSAI is installed; and " & _
        "'xlwings runpython install' must have been run once in the terminal."
    #Else
    WhatToCheck = _
        "Close Excel and open this workbook again. If that does not help: the file " & _
        "%USERPROFILE%\.xlwings\xlwings.conf must give, as INTERPRETER_WIN, the full path of " & _
        "the Python in which BONSAI is installed."
    #End If
End Function
