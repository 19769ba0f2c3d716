BeforeAll {
    . $PSScriptRoot/GpuOps.Common.ps1
    Enter-Sandbox -Gpu 3
    Register-GpuBackend lab -Uri redis://gpu-lab
    $gpu = Request-GpuReservation -Id 1 -Note mine

    function Complete([string] $Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }
}
AfterAll { Exit-Sandbox }

Describe 'Tab' {
    It 'offers the backends' {
        Complete 'Get-GpuStatus -Backend ' | Should -Contain lab
        Complete 'Get-GpuStatus -Backend lo' | Should -Be local
        Complete 'Unregister-GpuBackend la' | Should -Be lab
    }

    It 'offers the GPUs' {
        Complete 'Get-GpuStatus -Id ' | Should -Be 0, 1, 2
        Complete 'Disable-Gpu ' | Should -Be 0, 1, 2
        Complete 'Invoke-GpuCommand -Id ' | Should -Be 0, 1, 2
    }

    It 'offers the reservations' {
        Complete 'Remove-GpuReservation ' | Should -Be $gpu.Id
        Complete 'Get-GpuReservation -Id ' | Should -Be $gpu.Id
    }

    It 'offers the hosts' { Complete 'Get-GpuStatus -ComputerName ' | Should -Be $gpu.ComputerName }

    It 'offers the settings' { Complete 'Set-GpuOpsConfiguration heart' | Should -Be heartbeat.interval, heartbeat.expiry }

    It 'offers durations, sizes and users, not files' {
        Complete 'Request-GpuReservation -Duration 8' | Should -Be 8h
        Complete 'Request-GpuReservation -Memory 2' | Should -Be 24GB
        Complete 'Get-GpuReservation -User ' | Should -Contain ([Environment]::UserName)
    }

    It 'offers the choices' { Complete 'Get-GpuUsage -GroupBy ' | Should -Be Day, Gpu, User }

    It 'does not keep one waiting for a server that is away' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $null = Complete 'Get-GpuStatus -Backend redis://127.0.0.1:1 -Id '
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
    }
}
