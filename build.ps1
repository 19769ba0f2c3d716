#!/usr/bin/env pwsh
<#
.SYNOPSIS
    A front for people who have pwsh. Everything it does is one command that can be typed as well.
.DESCRIPTION
    Build    dotnet build: the module into out/GpuOps, the gpuops program into out/shell
    Test     dotnet test
    Pester   the tests of tests/Pester against out/GpuOps
    Bench    the benchmarks under bench/
    Package  out/GpuOps-VERSION.zip, to be unpacked into a folder of $env:PSModulePath
.EXAMPLE
    ./build.ps1 -Task Build, Test, Pester
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Pester', 'Bench', 'Package')]
    [string[]] $Task = 'Build',

    # Only the tests or benchmarks of this name; wildcards are allowed.
    [string] $Filter
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$module = Join-Path $root 'out/GpuOps'

function Invoke-Native([string] $Program) {
    & $Program @args
    if ($LASTEXITCODE -ne 0) { throw "$Program $args ended with exit code $LASTEXITCODE." }
}

function Build { Invoke-Native dotnet build $root --nologo }

function Test { Push-Location $root; try { Invoke-Native dotnet test } finally { Pop-Location } }

function Pester {
    if (-not (Test-Path $module/GpuOps.psd1)) { Build }
    $installed = Get-Module Pester -ListAvailable | Where-Object Version -GE 5.5 | Sort-Object Version -Descending | Select-Object -First 1
    if (-not $installed) {
        Invoke-Native dotnet restore $root/tests/Pester --packages $root/out/packages
        $installed = Get-Item $root/out/packages/pester/*/tools/Pester.psd1
    }
    Import-Module $installed
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = Join-Path $root 'tests/Pester'
    $configuration.Run.Throw = $true
    $configuration.Output.Verbosity = 'Detailed'
    if ($Filter) { $configuration.Filter.FullName = $Filter }
    Invoke-Pester -Configuration $configuration
}

function Bench { Invoke-Native dotnet run -c Release --project $root/bench -- ($Filter ? $Filter : 'all') }

function Package {
    Build
    $version = (Import-PowerShellDataFile $module/GpuOps.psd1).ModuleVersion
    $zip = Join-Path $root "out/GpuOps-$version.zip"
    Compress-Archive $module $zip -Force
    Get-Item $zip
}

foreach ($name in $Task) { & $name }
