BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Invoke-GpuCommand' {
    BeforeAll { Enter-Sandbox -Gpu 4 }
    AfterEach { Get-GpuReservation | Should -BeNullOrEmpty -Because 'the GPUs are given back whatever happens' }
    AfterAll { Exit-Sandbox }

    It 'says which GPUs the command has, by the variables that CUDA goes by' {
        Invoke-GpuCommand -Id 1, 3 { $env:CUDA_VISIBLE_DEVICES } | Should -Be '1,3'
        Invoke-GpuCommand -Id 1, 3 { $env:NVIDIA_VISIBLE_DEVICES } | Should -Be '1,3'
        $env:CUDA_VISIBLE_DEVICES | Should -BeNullOrEmpty
    }

    It 'has a reservation while the command runs' {
        $id, $seen = Invoke-GpuCommand -Count 2 { $env:GPUOPS_RESERVATION_ID; Get-GpuReservation }
        $seen.Id | Should -Be $id
        $seen.Kind | Should -Be Command
    }

    It 'runs a real script' {
        $output = Invoke-GpuCommand -Count 2 { sh examples/train.sh --seed 7 }
        $output[0] | Should -BeLike 'training on GPUs ?,? (reservation *), seed 7'
    }

    It 'passes objects through' {
        (Invoke-GpuCommand { [pscustomobject]@{ Loss = 0.5 } }).Loss | Should -Be 0.5
    }

    It 'passes arguments' {
        Invoke-GpuCommand { param($a, $b) "$b$a" } -ArgumentList 1, 2 | Should -Be '21'
    }

    It 'leaves the exit code' {
        Invoke-GpuCommand { sh examples/train.sh --exit 3 } | Out-Null
        $LASTEXITCODE | Should -Be 3
        Invoke-GpuCommand -FilePath sh -ArgumentList examples/train.sh, --exit, 4 | Out-Null
        $LASTEXITCODE | Should -Be 4
    }

    It 'leaves errors as they are' {
        $failure = Get-Failure { Invoke-GpuCommand { throw 'out of memory' } }
        $failure.Exception.Message | Should -Be 'out of memory'
    }

    It 'gives a program an environment of its own' {
        $output = Invoke-GpuCommand -Id 2 -FilePath sh -ArgumentList '-c', 'echo $CUDA_VISIBLE_DEVICES'
        $output | Should -Be 2
    }

    It 'reserves nothing for a program that does not exist' {
        $failure = Get-Failure { Invoke-GpuCommand -FilePath no-such-program }
        $failure.FullyQualifiedErrorId | Should -BeLike 'CommandNotFound,*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be no-such-program
    }

    It 'ends a command and what it started when its time is up' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Invoke-GpuCommand -Duration 300ms -FilePath sleep -ArgumentList 60 -ErrorVariable failures -ErrorAction SilentlyContinue
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 20
        $failures.FullyQualifiedErrorId | Should -Contain 'CommandTimeLimit,GpuOps.Cmdlets.Running.InvokeGpuCommandCommand'
    }

    It 'runs in the background as a job' {
        $job = Invoke-GpuCommand -AsJob -Name training { sh examples/train.sh --seed 9 }
        $job | Should -BeOfType System.Management.Automation.Job
        $job.Name | Should -Be training
        $null = Wait-Job $job -Timeout 60
        $job.State | Should -Be Completed
        (Receive-Job $job)[0] | Should -BeLike '*seed 9'
        Remove-Job $job
    }

    It 'gives back the GPUs of a job that is stopped' {
        $job = Invoke-GpuCommand -AsJob -FilePath sleep -ArgumentList 60
        Wait-Until { Get-GpuReservation }
        Stop-Job $job
        Wait-Until { -not (Get-GpuReservation) }
        Remove-Job $job
    }

    It 'runs several programs at once, each with its own GPU' {
        $seen = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:Module
            Invoke-GpuCommand -FilePath sh -ArgumentList examples/train.sh, --seconds, 0.5, --seed, $_
        }
        ($seen -match 'training on' | ForEach-Object { ($_ -split ' ')[3] } | Sort-Object) -join ' ' | Should -Be '0 1 2 3'
    }
}
