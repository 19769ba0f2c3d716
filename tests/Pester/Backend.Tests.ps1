BeforeDiscovery { . $PSScriptRoot/GpuOps.Rigs.ps1 }
BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Named backends' {
    BeforeEach { Enter-Sandbox }
    AfterEach { Exit-Sandbox }

    It 'begin with local, the default' {
        $backend = Get-GpuBackend
        $backend.Name | Should -Be local
        $backend.Uri | Should -Be 'sqlite:'
        $backend.IsDefault | Should -BeTrue
    }

    It 'are registered, used and unregistered' {
        (Register-GpuBackend trial -Uri "sqlite:$Sandbox/trial.db" -PassThru).Name | Should -Be trial
        $null = Initialize-GpuPool -Count 3 -Backend trial
        @(Get-GpuStatus -Backend trial).Count | Should -Be 3
        Unregister-GpuBackend trial
        (Get-GpuBackend).Name | Should -Not -Contain trial
        Test-Path $Sandbox/trial.db | Should -BeTrue
    }

    It 'are not replaced unless -Force says so' {
        Register-GpuBackend trial -Uri sqlite:/tmp/a.db
        $failure = Get-Failure { Register-GpuBackend trial -Uri sqlite:/tmp/b.db }
        $failure.CategoryInfo.Category | Should -Be ResourceExists
        Register-GpuBackend trial -Uri sqlite:/tmp/b.db -Force
        (Get-GpuBackend trial).Uri | Should -Be 'sqlite:/tmp/b.db'
    }

    It 'hold options, but no password' {
        Register-GpuBackend hpc -Uri rediss://gpu.example.org -Option @{ user = 'alice' }
        (Get-GpuBackend hpc).Options.user | Should -Be alice
        (Get-GpuBackend hpc).PasswordVariable | Should -Be GPUOPS_HPC_PASSWORD
        $null = Get-Failure { Register-GpuBackend bad -Uri 'redis://alice:secret@host' }
        Get-ChildItem $Sandbox/config -Recurse -File | Get-Content | Should -Not -Match secret
    }

    It 'can be kept in the project''s file' {
        Register-GpuBackend trial -Uri sqlite:/tmp/a.db -Scope Project
        Get-Content gpuops.yaml | Should -Contain '  trial: sqlite:/tmp/a.db'
        (Get-GpuBackend trial).Source | Should -Be Project
    }

    It 'are unknown by a wrong name' {
        $failure = Get-Failure { Get-GpuBackend nothing -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'UnknownBackend,*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        (Get-Failure { Get-GpuStatus -Backend nothing }).CategoryInfo.Category | Should -Be ObjectNotFound
    }

    It 'are unregistered one by one: a wrong name does not keep the others' {
        Register-GpuBackend trial -Uri sqlite:/tmp/a.db
        Unregister-GpuBackend nothing, trial -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.TargetObject | Should -Be nothing
        (Get-GpuBackend).Name | Should -Be local
    }

    It 'are found with wildcards' {
        Register-GpuBackend trial -Uri sqlite:/tmp/a.db
        (Get-GpuBackend tr*).Name | Should -Be trial
        Get-GpuBackend zz* | Should -BeNullOrEmpty
    }
}

Describe 'Test-GpuBackend' {
    BeforeEach { Enter-Sandbox -Gpu 4 }
    AfterEach { Exit-Sandbox }

    It 'tries each step' {
        $checks = Test-GpuBackend
        $checks.Succeeded | Should -Not -Contain $false
        $checks[-1].Detail | Should -BeLike '4 GPUs*'
    }

    It 'answers true or false with -Quiet' {
        Test-GpuBackend -Quiet | Should -BeTrue
        Test-GpuBackend sqlite:/proc/none/pool.db -Quiet | Should -BeFalse
    }

    It 'takes backends from the pipeline' { Get-GpuBackend | Test-GpuBackend -Quiet | Should -BeTrue }

    It 'says which step fails' {
        $checks = @(Test-GpuBackend redis://127.0.0.1:1)
        $checks[-1].Succeeded | Should -BeFalse
        $checks[-1].Detail | Should -Not -BeNullOrEmpty
    }
}

Describe 'A pool on Redis' -Skip:(-not $HasRedis) {
    BeforeAll {
        Enter-Sandbox
        Start-Redis
        Register-GpuBackend lab -Uri $RedisUri
        Set-GpuOpsConfiguration backend lab
        $null = Initialize-GpuPool -Count 4
    }

    AfterAll {
        Exit-Sandbox
        Stop-Redis
    }

    It 'is the default' { (Get-GpuPool).Backend | Should -Be lab }

    It 'works like any other' {
        $gpus = Request-GpuReservation -Count 2
        (Get-GpuPool).Available | Should -Be 2
        $gpus | Remove-GpuReservation
        Invoke-GpuCommand -Id 3 { $env:CUDA_VISIBLE_DEVICES } | Should -Be 3
        Test-GpuBackend -Quiet | Should -BeTrue
    }
}
