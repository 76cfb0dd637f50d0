Attribute VB_Name = "BonsaiRibbon"
Option Explicit

' Written from the table of groups and buttons in xl_addin/template/ribbon.py.

' No button is ever grey. Excel asks again which buttons are only when told so through an object
' that it gives once, when the workbook opens, and that a reset of the macros loses: a button would
' keep its last grey until then. (To find the object again by its address in memory is a gamble
' that ends Excel when it is lost.) Instead a click that cannot be done now says why.
' (No function: Excel would offer it for use in cells.)
Public Sub FindObstacle(ByVal actionName As String, ByRef obstacle As String)
    Select Case actionName
$obstacles
    End Select
End Sub

$callbacks
