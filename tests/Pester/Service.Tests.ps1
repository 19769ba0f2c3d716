BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Disable-Gpu and Enable-Gpu' {
    BeforeEach { Enter-Sandbox -Gpu 4 }
    AfterEach { Exit-Sandbox }

    It 'takes GPUs out of service and puts them back' {
        Disable-Gpu 1, 2 -Reason repair
        (Get-GpuStatus | Where-Object State -EQ Disabled).Id | Should -Be 1, 2
        (Get-GpuStatus 1).Note | Should -Be repair
        Enable-Gpu 1, 2
        (Get-GpuPool).Available | Should -Be 4
    }

    It 'takes GPUs from the pipeline' {
        Get-GpuStatus | Where-Object Id -GE 2 | Disable-Gpu -Reason repair
        Get-GpuStatus | Where-Object State -EQ Disabled | Enable-Gpu
        (Get-GpuPool).Available | Should -Be 4
    }

    It 'acts on the pool that the GPUs came from' {
        $other = "sqlite:$Sandbox/other.db"
        $null = Initialize-GpuPool -Count 2 -Backend $other
        Get-GpuStatus -Backend $other | Disable-Gpu -Reason repair
        (Get-GpuPool -Backend $other).Disabled | Should -Be 2
        (Get-GpuPool).Disabled | Should -Be 0
    }

    It 'leaves a present holder alone' {
        $gpu = Request-GpuReservation -Id 1
        Disable-Gpu 1 -Reason repair
        (Get-GpuReservation).Id | Should -Be $gpu.Id
        (Get-GpuStatus 1).User | Should -Be $Me
    }

    It 'reports a GPU that there is not, and goes on' {
        Disable-Gpu 9, 1 -Reason repair -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'GpuNotFound,*'
        $failures.TargetObject | Should -Be 9
        (Get-GpuStatus 1).State | Should -Be Disabled
    }

    It 'wants a reason' {
        (Get-Failure { Disable-Gpu 1 -Reason '' }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
    }
}
