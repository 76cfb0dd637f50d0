Attribute VB_Name = "BonsaiClock"
Option Explicit

' The one macro that Excel's clock calls. It stands alone, so that the other modules can be
' private and stay out of the user's list of macros.
Public Sub Tick()
    BonsaiTick.HandleTick
End Sub
