<#
.SYNOPSIS
    Reserves GPUs on the host of a pool that has most of them free, for a time.
.EXAMPLE
    ./examples/first-free-host.ps1 -Count 2 -Duration 4h -Backend lab
#>
param(
    [int] $Count = 1,
    [string] $Duration = '1h',
    [string] $Backend = (Get-GpuBackend | Where-Object IsDefault).Name
)

$best = $null
foreach ($part in Get-GpuPool -Backend $Backend) {
    if (-not $best -or $part.Available -gt $best.Available) { $best = $part }
}

Request-GpuReservation -Count $Count -Duration $Duration -ComputerName $best.ComputerName -Backend $Backend
