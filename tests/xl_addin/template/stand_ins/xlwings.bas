Attribute VB_Name = "xlwings"
Option Explicit

' Stands in for xlwings, which LibreOffice cannot compile: says what Python was asked for.

Public Function RunPython(PythonCommand As String)
    BonsaiExcel.Log "python " & PythonCommand
    If BonsaiExcel.Setting("Python") = "raises" Then
        Err.Raise 1000, "xlwings", "Could not load the library"
    End If
    If BonsaiExcel.Setting("Python") = "fails" Then RunPython = -1
    If BonsaiExcel.Setting("NewState") <> "" Then
        ThisWorkbook.Worksheets("tblJobs").Range("C2").Value = BonsaiExcel.Setting("NewState")
    End If
End Function

Public Function XLPy() As Object
    Dim starts As Object
    Set starts = ThisWorkbook.Worksheets("Log").Range("D1")
    starts.Value = starts.Value + 1
    If BonsaiExcel.Setting("Python") = "raises" Then
        Err.Raise 1000, "xlwings", "Could not load the library"
    End If
    Set XLPy = New Bridge
End Function
