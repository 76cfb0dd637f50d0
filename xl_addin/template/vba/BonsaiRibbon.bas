Attribute VB_Name = "BonsaiRibbon"
Option Explicit

' Written from the table of groups and buttons in xl_addin/template/ribbon.py.

Private tabOfExcel As IRibbonUI

Public Sub RibbonLoad(ribbon As IRibbonUI)
    Set tabOfExcel = ribbon
End Sub

Public Sub RibbonGetEnabled(control As IRibbonControl, ByRef returnedVal As Variant)
    AskWhether control.Tag, returnedVal
End Sub

' Lets Excel ask again which buttons are enabled.
Public Sub RefreshRibbon()
    If Not tabOfExcel Is Nothing Then tabOfExcel.Invalidate
End Sub

' Whether an action may be asked for now. A click may come before Excel has greyed its button
' out, so the action asks as well. (No function: Excel would offer it for use in cells.)
Public Sub AskWhether(ByVal actionName As String, ByRef isAllowed As Variant)
    isAllowed = False
    Select Case actionName
$enabled_cases
    End Select
End Sub

$callbacks
