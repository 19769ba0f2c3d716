# What every test file begins with: the built module, and a store and a configuration of its own.
#   BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1; Enter-Sandbox }
#   AfterAll { Exit-Sandbox }

$Root = (Resolve-Path "$PSScriptRoot/../..").Path
$Module = Join-Path $Root 'out/GpuOps/GpuOps.psd1'
$Me = [Environment]::UserName

if (-not (Test-Path $Module)) { throw "There is no $Module. Run 'dotnet build' first." }
Import-Module $Module

<#
Goes into a fresh folder with a store, a configuration and the examples; nothing of the user's own is seen or touched.
-Gpu makes a pool of that many GPUs; -Fake describes them, so that there is telemetry.
#>
function Enter-Sandbox {
    param([int] $Gpu = 0, [hashtable[]] $Fake)

    if (-not $script:VariablesBefore) {
        $script:VariablesBefore = @{}
        Get-ChildItem Env:GPUOPS_* | ForEach-Object { $script:VariablesBefore[$_.Name] = $_.Value }
        Push-Location
    }

    Get-ChildItem Env:GPUOPS_* | Where-Object Name -NE GPUOPS_REQUIRE_RIGS | Remove-Item
    $script:Sandbox = Join-Path $TestDrive ([IO.Path]::GetRandomFileName())
    $null = New-Item -ItemType Directory $Sandbox, $Sandbox/state, $Sandbox/config, $Sandbox/work
    Copy-Item $Root/examples $Sandbox/work -Recurse
    Set-Location $Sandbox/work
    # As after an installation: the runspaces of ForEach-Object -Parallel find the module by themselves.
    if (($env:PSModulePath -split [IO.Path]::PathSeparator) -notcontains "$Root/out") { $env:PSModulePath += [IO.Path]::PathSeparator + "$Root/out" }
    $env:GPUOPS_STATE_HOME = "$Sandbox/state"
    $env:GPUOPS_CONFIG_HOME = "$Sandbox/config"
    if ($Fake) { Set-FakeGpu $Fake }
    if ($Gpu -gt 0) { $null = Initialize-GpuPool -Count $Gpu }
    elseif ($Fake) { $null = Initialize-GpuPool -Provider Fake }
}

<# Describes made-up GPUs: keys model, memoryTotal, memoryUsed, utilization, temperature, power, processes. #>
function Set-FakeGpu([hashtable[]] $Gpu) {
    $env:GPUOPS_PROBE_FAKE = "$Sandbox/gpus.json"
    @{ gpus = $Gpu } | ConvertTo-Json -Depth 5 | Set-Content $env:GPUOPS_PROBE_FAKE
}

<# Gives everything back, so that no heartbeat goes on for a store that is about to be deleted. #>
function Exit-Sandbox {
    Get-Job | Where-Object { $_.PSJobTypeName -like 'Gpu*' } | Remove-Job -Force
    Get-GpuServer -ErrorAction Ignore | Stop-GpuServer -EndJob
    Get-GpuReservation -ErrorAction Ignore | Remove-GpuReservation -Force -Confirm:$false -ErrorAction Ignore
    Get-ChildItem Env:GPUOPS_* | Remove-Item
    foreach ($name in $script:VariablesBefore.Keys) { Set-Item "Env:$name" $script:VariablesBefore[$name] }
    $script:VariablesBefore = $null
    Pop-Location
}

<# Waits for a thing, not for a time. #>
function Wait-Until([scriptblock] $Condition, [int] $Seconds = 20) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed.TotalSeconds -gt $Seconds) { throw "Waited $Seconds s in vain for: $Condition" }
        Start-Sleep -Milliseconds 20
    }
}

<# The error of a call that has to fail. #>
function Get-Failure([scriptblock] $Call) {
    try { $null = & $Call } catch { return $_ }
    throw "This did not fail: $Call"
}

<# The text of a default view, as a terminal of that many columns has it; in a real one the last column stays free. #>
function Get-View([Parameter(ValueFromPipeline)] $InputObject, [int] $Width = 100) {
    begin { $all = @() }
    process { $all += $InputObject }
    end { @(($all | Out-String -Width $Width).TrimEnd() -split '\r?\n') }
}

<# Starts a Redis server; $RedisUri is where. Stop-Redis ends it. #>
function Start-Redis {
    $folder = (New-Item -ItemType Directory (Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName()))).FullName
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    $script:Redis = Start-Process redis-server -PassThru -RedirectStandardOutput "$folder/log" -ArgumentList @(
        '--bind', '127.0.0.1', '--port', $port, '--dir', $folder, '--save', '""')
    $script:RedisFolder = $folder
    $script:RedisUri = "redis://127.0.0.1:$port"
    Wait-Until { try { [Net.Sockets.TcpClient]::new('127.0.0.1', $port).Dispose(); $true } catch { $false } }
}

function Stop-Redis {
    if ($script:Redis) {
        Stop-Process -Id $script:Redis.Id
        $script:Redis.WaitForExit()
        Remove-Item $script:RedisFolder -Recurse -Force
        $script:Redis = $null
    }
}

<# Starts a Slurm cluster, the same as tests/Slurm has; its commands find it by $env:SLURM_CONF. Stop-Slurm ends it. #>
function Start-Slurm {
    Add-Type -Path @(Get-Item "$Root/tests/Rigs/bin/*/net10.0/GpuOps.Rigs.dll")[0].FullName
    $script:Slurm = [GpuOps.Rigs.SlurmRig]::StartAsync($null).GetAwaiter().GetResult()
    $env:SLURM_CONF = $Slurm.Configuration
}

function Stop-Slurm {
    if ($script:Slurm) {
        $script:Slurm.DisposeAsync().AsTask().Wait()
        $script:Slurm = $null
        $env:SLURM_CONF = $null
    }
}
