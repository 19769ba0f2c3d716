<#
.SYNOPSIS
    Lists who uses GPUs without a reservation, with the memory they take.
.EXAMPLE
    ./examples/squatters.ps1
#>
foreach ($gpu in Get-GpuStatus | Where-Object State -EQ Unreserved) {
    foreach ($process in $gpu.Processes) {
        [pscustomobject]@{
            ComputerName = $gpu.ComputerName
            Gpu          = $gpu.Id
            User         = $process.User
            Process      = "$($process.Name) ($($process.ProcessId))"
            MemoryGB     = [math]::Round($process.MemoryUsed / 1GB, 1)
        }
    }
}
