BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Get-GpuUsage' {
    BeforeAll {
        Enter-Sandbox -Gpu 4
        $ended = Request-GpuReservation -Count 2
        Wait-Until { (Get-GpuUsage).GpuHours -gt 0 }
        $ended | Remove-GpuReservation
        $null = Request-GpuReservation -User alice -Id 3
        Wait-Until { (Get-GpuUsage -User alice).GpuHours -gt 0 }
    }

    AfterAll { Exit-Sandbox }

    It 'sums up by user' {
        $usage = Get-GpuUsage
        $usage.User | Sort-Object | Should -Be ($Me, 'alice' | Sort-Object)
        ($usage | Where-Object User -EQ $Me).Running | Should -Be 0
        ($usage | Where-Object User -EQ alice).Running | Should -Be 1
    }

    It 'sums up users by wildcard' { (Get-GpuUsage -User al*).User | Should -Be alice }

    It 'sums up by GPU' { (Get-GpuUsage -GroupBy Gpu).Gpu.Count | Should -Be 3 }

    It 'sums up by day' { (Get-GpuUsage -GroupBy Day)[-1].Day | Should -Be ([datetime]::Today) }

    It 'shows the column that it summed up by' {
        (Get-GpuUsage | Get-View)[1] | Should -Match '^User '
        (Get-GpuUsage -GroupBy Gpu | Get-View)[1] | Should -Match '^Gpu '
        (Get-GpuUsage -GroupBy Day | Get-View)[1] | Should -Match '^Day '
    }

    It 'counts running reservations until now' {
        $before = (Get-GpuUsage -User alice).GpuHours
        Wait-Until { (Get-GpuUsage -User alice).GpuHours -gt $before }
    }

    It 'takes <_> as a time to look from' -ForEach '30d', '12h', '2026-01-01', ([datetime]::Today), (New-TimeSpan -Days 2) {
        { Get-GpuUsage -Since $_ } | Should -Not -Throw
    }

    It 'refuses what is no time' {
        (Get-Failure { Get-GpuUsage -Since lately }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError,*'
    }
}
