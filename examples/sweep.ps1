<#
.SYNOPSIS
    Trains with several seeds, one GPU each, as many at once as there are GPUs.
.EXAMPLE
    ./examples/sweep.ps1 -Seed 1, 2, 3, 4
#>
param(
    [int[]] $Seed = 1..4,
    [string] $Script = "$PSScriptRoot/train.sh"
)

# A program has an environment of its own; script blocks of one process would see each other's GPUs.
$jobs = foreach ($number in $Seed) {
    Invoke-GpuCommand -AsJob -Name "seed $number" -Note "seed $number" -FilePath sh -ArgumentList $Script, --seed, $number
}

foreach ($job in $jobs) {
    $job | Wait-Job | ForEach-Object { [pscustomobject]@{ Name = $_.Name; State = $_.State; Output = @(Receive-Job $_) } }
    Remove-Job $job
}
