BeforeAll {
    . $PSScriptRoot/GpuOps.Common.ps1
    Enter-Sandbox
}
AfterAll { Exit-Sandbox }

Describe 'Initialize-GpuPool' {
    BeforeEach { Enter-Sandbox }

    It 'makes a pool of a number of GPUs on a host without a driver' {
        $pool = Initialize-GpuPool -Count 4
        $pool.Count | Should -Be 4
        $pool.Available | Should -Be 4
        (Get-GpuStatus).Id | Should -Be 0, 1, 2, 3
    }

    It 'changes nothing when it is run again' {
        $null = Initialize-GpuPool -Count 4
        $held = Request-GpuReservation -Id 3
        $null = Initialize-GpuPool -Count 4
        (Get-GpuReservation).Id | Should -Be $held.Id
    }

    It 'adds GPUs while others are reserved' {
        $null = Initialize-GpuPool -Count 2
        $null = Request-GpuReservation -Count 2
        (Initialize-GpuPool -Count 3).Available | Should -Be 1
    }

    It 'does not take away reserved GPUs, and changes nothing then' {
        $null = Initialize-GpuPool -Count 4
        $null = Request-GpuReservation -Id 3
        $failure = Get-Failure { Initialize-GpuPool -Count 2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'PoolInUse,*'
        $failure.CategoryInfo.Category | Should -Be ResourceBusy
        @(Get-GpuStatus).Count | Should -Be 4
    }

    It 'takes them away with -Force, and ends their reservations' {
        $null = Initialize-GpuPool -Count 4
        $null = Request-GpuReservation -Id 3
        (Initialize-GpuPool -Count 2 -Force).Count | Should -Be 2
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'asks the driver when no number is given' {
        Set-FakeGpu @{ model = 'NVIDIA H100'; memoryTotal = 80GB }, @{ model = 'NVIDIA H100'; memoryTotal = 80GB }
        (Initialize-GpuPool -Provider Fake).Count | Should -Be 2
        (Get-GpuStatus 0).Model | Should -Be 'NVIDIA H100'
    }

    It 'refuses <_> GPUs' -ForEach 0, -1, 100001 {
        (Get-Failure { Initialize-GpuPool -Count $_ }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
    }
}

Describe 'Get-GpuPool' {
    It 'counts what the GPUs of a host are doing' {
        Enter-Sandbox -Gpu 4
        $null = Request-GpuReservation -Count 2
        Disable-Gpu 3 -Reason repair
        $pool = Get-GpuPool
        $pool.ComputerName | Should -Not -BeNullOrEmpty
        $pool.Count, $pool.Available, $pool.Reserved, $pool.Disabled, $pool.Waiting | Should -Be 4, 1, 2, 1, 0
    }

    It 'says which command makes a pool where there is none' {
        Enter-Sandbox
        $failure = Get-Failure { Get-GpuPool -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'PoolNotInitialized,*'
        $failure.Exception.Message | Should -BeLike '*Initialize-GpuPool*'
    }
}
