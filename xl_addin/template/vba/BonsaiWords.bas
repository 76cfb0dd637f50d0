Attribute VB_Name = "BonsaiWords"
Option Explicit
Option Private Module

' Source is stored in one code page, whatever the language: a text that has no place there stands as
' the numbers of its characters, four digits each.
Public Function Decoded(ByVal codes As String) As String
    Dim place As Long, text As String
    For place = 1 To Len(codes) Step 4
        text = text & ChrW(CLng("&H" & Mid(codes, place, 4)))
    Next place
    Decoded = text
End Function
