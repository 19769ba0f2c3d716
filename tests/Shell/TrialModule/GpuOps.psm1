<#
.SYNOPSIS
Gives trial objects.
.PARAMETER Count
How many.
.EXAMPLE
Get-Trial -Count 2
#>
function Get-Trial {
    [CmdletBinding()]
    param([int]$Count = 2)
    foreach ($i in 0..($Count - 1)) {
        [pscustomobject]@{
            PSTypeName = 'Trial.Gpu'
            Id         = $i
            User       = 'Zoë'
            State      = [DayOfWeek]'Monday'
            Since      = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc)
            Left       = [timespan]'1.02:03:04'
            Memory     = 1.5
            Processes  = @(@{ Pid = 7 }, $null)
        }
    }
}

function Stop-Trial {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param()
    if ($PSCmdlet.ShouldProcess('the trial', 'stop')) { 'stopped' }
}
