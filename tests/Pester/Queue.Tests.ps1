BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Get-GpuQueue' {
    BeforeAll {
        Enter-Sandbox -Gpu 2
        $held = Request-GpuReservation -Count 2
        $first = Invoke-GpuCommand -AsJob -Count 2 -Note first { 'first' }
        Wait-Until { @(Get-GpuQueue).Count -eq 1 }
        $second = Invoke-GpuCommand -AsJob -Note second -User alice { 'second' }
        Wait-Until { @(Get-GpuQueue).Count -eq 2 }
    }

    AfterAll { Exit-Sandbox }

    It 'shows who waits for what, in order' {
        $line = Get-GpuQueue
        $line.Position | Should -Be 1, 2
        $line.Note | Should -Be first, second
        $line[0].Demand.ToString() | Should -Be '2 GPUs'
        $line[1].User | Should -Be alice
    }

    It 'shows one user''s requests, with wildcards' { (Get-GpuQueue -User AL*).Note | Should -BeNullOrEmpty; (Get-GpuQueue -User al*).Note | Should -Be second }

    It 'serves the line in order when the GPUs are free' {
        $held | Remove-GpuReservation
        $null = Wait-Job $first, $second -Timeout 60
        $first, $second | Receive-Job | Should -Be first, second
        Get-GpuQueue | Should -BeNullOrEmpty
    }
}
