Attribute VB_Name = "xlwings"
Option Explicit

' Stands in for xlwings, which LibreOffice cannot compile.

' What macOS does; LibreOffice passes over #If and goes both ways, and the tests look at the other.
Public Function RunPython(PythonCommand As String)
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
