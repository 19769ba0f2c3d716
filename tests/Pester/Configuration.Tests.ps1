BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Settings' {
    BeforeEach { Enter-Sandbox }
    AfterEach { Exit-Sandbox }

    It 'begin with their defaults' {
        $setting = Get-GpuOpsConfiguration heartbeat.interval
        $setting.Text | Should -Be 15s
        $setting.Value | Should -Be ([timespan]'00:00:15')
        $setting.Source | Should -Be Default
    }

    It 'are written to the user''s file' {
        Set-GpuOpsConfiguration memoryThreshold 2GB
        $setting = Get-GpuOpsConfiguration memoryThreshold
        $setting.Value | Should -Be 2GB
        $setting.Source | Should -Be User
        $setting.Origin | Should -BeLike "$Sandbox/config/config.yaml*"
    }

    It 'are taken as they are typed: <Key> <Text>' -ForEach @(
        @{ Key = 'command.grace'; Text = '30s'; Call = { Set-GpuOpsConfiguration command.grace 30s } }
        @{ Key = 'usage.retention'; Text = '60d'; Call = { Set-GpuOpsConfiguration usage.retention 60d } }
        @{ Key = 'memoryThreshold'; Text = '512MB'; Call = { Set-GpuOpsConfiguration memoryThreshold 512MB } }
        @{ Key = 'memoryThreshold'; Text = '256MB'; Call = { Set-GpuOpsConfiguration memoryThreshold (256MB) } }
        @{ Key = 'memoryThreshold'; Text = '1536MB'; Call = { Set-GpuOpsConfiguration memoryThreshold 1.5GB } }
        @{ Key = 'command.grace'; Text = '40s'; Call = { Set-GpuOpsConfiguration command.grace (New-TimeSpan -Seconds 40) } }
    ) {
        & $Call
        (Get-GpuOpsConfiguration $Key).Text | Should -Be $Text
    }

    It 'are overruled by a variable, and Set says so' {
        $env:GPUOPS_MEMORY_THRESHOLD = '3GB'
        Set-GpuOpsConfiguration memoryThreshold 2GB -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*GPUOPS_MEMORY_THRESHOLD*'
        $setting = Get-GpuOpsConfiguration memoryThreshold
        $setting.Text | Should -Be 3GB
        $setting.Source | Should -Be Environment
    }

    It 'are overruled by the project''s file' {
        Set-GpuOpsConfiguration command.grace 20s
        Set-GpuOpsConfiguration command.grace 30s -Scope Project
        (Get-GpuOpsConfiguration command.grace).Source | Should -Be Project
        (Get-GpuOpsConfiguration command.grace).Text | Should -Be 30s
    }

    It 'go back to the default' {
        Set-GpuOpsConfiguration memoryThreshold 2GB
        (Set-GpuOpsConfiguration memoryThreshold -Reset -PassThru).Source | Should -Be Default
    }

    It 'come back to Set-GpuOpsConfiguration through the pipeline' {
        Get-GpuOpsConfiguration heartbeat.interval | Set-GpuOpsConfiguration -Value 20s
        (Get-GpuOpsConfiguration heartbeat.interval).Text | Should -Be 20s
    }

    It 'are found with wildcards' { (Get-GpuOpsConfiguration heartbeat.*).Key | Should -Be heartbeat.interval, heartbeat.expiry }

    It 'name the nearest one when a name is wrong' {
        $failure = Get-Failure { Set-GpuOpsConfiguration heartbeat.intervall 20s }
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownSetting,*'
        $failure.Exception.Message | Should -BeLike '*heartbeat.interval*'
    }

    It 'refuse what cannot be: <Key> <Value>' -ForEach @(
        @{ Key = 'heartbeat.interval'; Value = '15' }
        @{ Key = 'heartbeat.interval'; Value = '10m' }
        @{ Key = 'memoryThreshold'; Value = 'much' }
    ) {
        $null = Get-Failure { Set-GpuOpsConfiguration $Key $Value }
        (Get-GpuOpsConfiguration $Key).Source | Should -Be Default
    }

    It 'warn of a variable that means nothing' {
        $env:GPUOPS_HEARTBEAT_INTERVALL = '15s'
        $null = Get-GpuOpsConfiguration backend -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeLike '*did you mean GPUOPS_HEARTBEAT_INTERVAL?'
    }
}
