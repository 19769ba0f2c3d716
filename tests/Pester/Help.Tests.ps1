BeforeDiscovery {
    . $PSScriptRoot/GpuOps.Common.ps1
    . $PSScriptRoot/GpuOps.Rigs.ps1
    $Commands = Get-Command -Module GpuOps | ForEach-Object { @{ Name = $_.Name } }
    $Examples = foreach ($command in $Commands) {
        foreach ($example in (Get-Help $command.Name -Full).examples.example) {
            $skip = ($example.code -match 'redis://' -and -not $HasRedis) -or ($example.code -match '-Slurm' -and -not $HasSlurm)
            @{ Name = $command.Name; Title = $example.title; Code = $example.code; Skip = $skip }
        }
    }
}

Describe 'The help of <Name>' -ForEach $Commands {
    BeforeAll {
        . $PSScriptRoot/GpuOps.Common.ps1
        $help = Get-Help $Name -Full
        $command = Get-Command $Name
        $common = [Management.Automation.Cmdlet]::CommonParameters
    }

    It 'has a synopsis in one sentence' {
        $help.Synopsis | Should -Match '^[A-Z].*\.$'
        $help.Synopsis.Length | Should -BeLessThan 100
    }

    It 'has a description' {
        ($help.description.Text -join ' ').Length | Should -BeGreaterThan 60
    }

    It 'has at least two examples' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
    }

    It 'describes each parameter' {
        $described = @{}
        foreach ($parameter in $help.parameters.parameter) { $described[$parameter.name] = $parameter.description.Text }
        foreach ($name in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $described[$name] | Should -Match '\S.*\.$' -Because "-$name needs a description"
        }
    }

    It 'says what comes out, if anything does' {
        [bool]$command.OutputType | Should -Be ($Name -notmatch '^(Disable|Enable|Remove|Unregister|Stop|Suspend|Resume|Restart)-' -or $command.Parameters.ContainsKey('PassThru'))
        foreach ($value in $help.returnValues.returnValue) { $value.type.name | Should -Not -BeNullOrEmpty }
    }

    It 'names only related topics that exist' {
        foreach ($link in $help.relatedLinks.navigationLink) {
            $found = if ($link.linkText -like 'about_*') { Test-Path "$Root/out/GpuOps/en-US/$($link.linkText).help.txt" } else { Get-Command $link.linkText }
            $found | Should -BeTrue -Because $link.linkText
        }
    }
}

Describe 'An example' {
    BeforeAll {
        . $PSScriptRoot/GpuOps.Common.ps1
        . $PSScriptRoot/GpuOps.Rigs.ps1
        if ($HasRedis) { Start-Redis }
        if ($HasSlurm) { Start-Slurm }
    }

    BeforeEach {
        if ($Name -eq 'Initialize-GpuPool') { Enter-Sandbox -Gpu 4 }
        else { Enter-Sandbox -Fake @(0..3 | ForEach-Object { @{ model = 'NVIDIA H100'; memoryTotal = 80GB } }) }
        if ($Name -match '-Gpu(Job|JobLog|Server|ServerHealth)$' -and $Name -ne 'Start-GpuServer') { $null = Start-GpuServer }
    }

    AfterEach {
        if ($Code -match '-Slurm' -and $HasSlurm) { Get-SlurmJob | Stop-SlurmJob -ErrorAction Ignore }
        Exit-Sandbox
    }

    AfterAll {
        Stop-Redis
        Stop-Slurm
    }

    It '<Name>, <Title>' -ForEach $Examples {
        if ($Skip) { Set-ItResult -Skipped -Because 'a server is not installed' }
        if ($Code -match '-GpuId 0') { $null = Request-GpuReservation -Id 0 -User alice }

        $ErrorActionPreference = 'Stop'
        $code = $Code.Replace('redis://gpu-lab', $RedisUri).Replace('/tmp/trial.db', "$Sandbox/trial.db")
        { & ([scriptblock]::Create($code)) | Out-Null } | Should -Not -Throw
    }
}

Describe 'The about topics' {
    It '<_> is found by Get-Help' -ForEach 'about_GpuOps', 'about_GpuOps_Reservations', 'about_GpuOps_Slurm', 'about_GpuOps_Ssh' {
        (Get-Help $_).ToString() | Should -Match 'SHORT DESCRIPTION'
    }

    It '<_> fits 80 columns' -ForEach 'about_GpuOps', 'about_GpuOps_Reservations', 'about_GpuOps_Slurm', 'about_GpuOps_Ssh' {
        . $PSScriptRoot/GpuOps.Common.ps1
        Get-Content "$Root/module/en-US/$_.help.txt" | Where-Object Length -GT 79 | Should -BeNullOrEmpty
    }
}

Describe 'gpuops, the engine alone' {
    BeforeAll {
        . $PSScriptRoot/GpuOps.Common.ps1
        $gpuops = "$Root/out/shell/gpuops"
    }

    It 'answers Get-Help with the same text' {
        (& $gpuops 'Get-Help Get-GpuStatus -Full') -match 'Shows every GPU of a pool' | Should -Not -BeNullOrEmpty
        (& $gpuops 'Get-Help about_GpuOps') -match 'SHORT DESCRIPTION' | Should -Not -BeNullOrEmpty
    }

    It 'has the same views' {
        Enter-Sandbox -Gpu 2
        # What comes after objects of another type is shown as a list, so each has a call of its own.
        $status = & $gpuops Get-GpuStatus
        $checks = & $gpuops Test-GpuBackend
        Exit-Sandbox
        $status -match '^ +0 Available' | Should -Not -BeNullOrEmpty
        $checks -match '^Open +ok' | Should -Not -BeNullOrEmpty
    }
}
