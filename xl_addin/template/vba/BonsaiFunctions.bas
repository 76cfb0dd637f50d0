Attribute VB_Name = "BonsaiFunctions"
Option Explicit

' Written from the table of functions in xl_addin/template/worksheet_functions.py.
' An argument that is left out, other than povs, reaches Python as None.

$functions

Public Sub RegisterHelp()
$help
End Sub
