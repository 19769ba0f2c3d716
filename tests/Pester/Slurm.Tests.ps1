# Jobs on a Slurm cluster, as README and docs/slurm.md show them.
BeforeDiscovery { . $PSScriptRoot/GpuOps.Common.ps1; . $PSScriptRoot/GpuOps.Rigs.ps1 }

Describe 'A Slurm cluster' -Skip:(-not $HasSlurm) {
    BeforeAll {
        . $PSScriptRoot/GpuOps.Common.ps1
        Enter-Sandbox
        Start-Slurm
        Set-Content train.py "import sys`nprint('trained with', *sys.argv[1:])"
        $quick = @{ Interval = '1s'; Timeout = '2m'; WarningAction = 'Ignore' }
    }

    AfterAll {
        Stop-Slurm
        Exit-Sandbox
    }

    It 'runs the lines of README' {
        $job = Submit-SlurmJob -Name train -GpusPerNode 2 -Time 4h -Partition gpu -OutputPath 'logs/%j.out' -- python3 train.py --lr 0.1
        $done = $job | Wait-SlurmJob @quick
        $done.State, $done.Gpus, $done.ExitCode | Should -Be Completed, 2, 0
        $done | Get-SlurmJobLog | Should -Be 'trained with --lr 0.1'
        Get-SlurmJob | Where-Object State -EQ Running | Stop-SlurmJob -WhatIf
        Set-Content train.sh "#!/bin/bash`n#SBATCH --partition=gpu`ntrue"
        (Wait-SlurmResource -MinGpu 4 -Partition gpu -Timeout 2h).Partition | Should -Be gpu
        (Submit-SlurmJob -Path train.sh -OutputPath /dev/null | Wait-SlurmJob @quick).State | Should -Be Completed
    }

    It 'shows jobs in 80 columns, and more of them where there is room' {
        $null = Submit-SlurmJob -Name 'a name that is rather long' -Gpu 2 -Time 4h -AdditionalArgument --hold -- true
        $view = Get-SlurmJob | Get-View -Width 79
        $view[1] | Should -Match '^Id +Name +User +Partition +State +GPUs +Ran +Nodes \(why\)$'
        $view[3] | Should -Match '^\d+ +a name tha. +root +gpu +Pending +2 +0s +\(JobHeldUs.$'
        ($view -match '\S').Count | Should -Be 3
        (Get-SlurmJob | Get-View)[3] | Should -Match '\(JobHeldUser\)$'
        Get-SlurmJob | Stop-SlurmJob
    }

    It 'lets no name that others chose do anything to the terminal' {
        $id = sbatch --parsable --hold --job-name "a`t`e[31m`e]0;title`a`nb" --output /dev/null --wrap true
        $job = Get-SlurmJob -Id $id
        $job.Name | Should -Match "`e"
        $PSStyle.OutputRendering = 'Ansi'
        try {
            $views = ($job | Out-String), (Watch-SlurmJob -Id $id -Interval 10s | Select-Object -First 1 | Out-String)
        }
        finally { $PSStyle.OutputRendering = 'Host' }
        $views | Should -Match 'a\?\?\[31m\?'
        "$job" | Should -Be "$id (a??[31m?]0;title??b)"
        $job | Stop-SlurmJob
    }

    It 'completes the ids of your own jobs' {
        $job = Submit-SlurmJob -AdditionalArgument --hold -- true
        (TabExpansion2 'Stop-SlurmJob -Id ').CompletionMatches.ListItemText | Should -Be "$($job.Id)"
        $job | Stop-SlurmJob
    }

    It 'completes partitions and nodes' {
        (TabExpansion2 'Submit-SlurmJob -Partition ').CompletionMatches.ListItemText | Should -Be cpu, gpu
        (TabExpansion2 'Get-SlurmJob -Partition g').CompletionMatches.ListItemText | Should -Be gpu
        (TabExpansion2 'Watch-SlurmJob -Partition c').CompletionMatches.ListItemText | Should -Be cpu
        (TabExpansion2 'Submit-SlurmJob -NodeList gpu').CompletionMatches.ListItemText | Should -Be gpu01, gpu02, gpu03, gpu04
        (TabExpansion2 'Submit-SlurmJob -Exclude cpu0').CompletionMatches.ListItemText | Should -Be cpu01, cpu02
    }

    It 'is tested step by step' {
        $checks = Test-GpuBackend slurm:
        $checks.Step | Should -Be Commands, Controller, Accounting
        $checks.Succeeded | Should -Not -Contain $false
    }

    It 'sweeps over what is piped in, as one array' {
        $sweep = [pscustomobject]@{ lr = '0.1'; seed = 1 }, [pscustomobject]@{ lr = '0.2'; seed = 2 } |
            Submit-SlurmJob -AsArray -Name sweep -OutputPath 'sweep-%a.out' -ArgumentList { '--lr', $_.lr, "--seed=$($_.seed)" } -- python3 train.py
        $sweep | Should -HaveCount 1
        ($sweep | Wait-SlurmJob @quick).State | Should -Be Completed, Completed
        Get-Content sweep-0.out, sweep-1.out | Should -Be 'trained with --lr 0.1 --seed=1', 'trained with --lr 0.2 --seed=2'
    }

    It 'shows the log of one job as it is, and of several whose a line is' {
        $job = Submit-SlurmJob -OutputPath one.out -- sh -c 'echo a long line | sed "s/.*/&&&&&&&&&&&&/"; echo end'
        $job | Get-SlurmJobLog -Follow | Get-View | Should -Be ('a long line' * 12), 'end'
        $array = Submit-SlurmJob -Array 1-2 -OutputPath '%A_%a.out' -- sh -c 'echo task $SLURM_ARRAY_TASK_ID'
        $lines = $array | Get-SlurmJobLog -Follow | Sort-Object
        ($lines | Get-View) -match '\S' | Should -Be "$($array.Id)_1: task 1", "$($array.Id)_2: task 2"
        $lines | Set-Content copy.txt
        Get-Content copy.txt | Should -Be 'task 1', 'task 2'
        ($lines | Select-String 'task 2').Line | Should -Be 'task 2'
        $lines[1].Job.Id.Task | Should -Be 2
        ((Get-SlurmResource), $lines[0] | Get-View)[-1] | Should -Be "$($array.Id)_1: task 1"
    }

    It 'waits in the background, and Stop-Job cancels' {
        $job = Submit-SlurmJob -Name back -AsJob -OutputPath /dev/null -Interval 1s -WarningAction Ignore -- true
        ($job | Wait-Job -Timeout 120 | Receive-Job).State | Should -Be Completed
        $job = Submit-SlurmJob -AsJob -OutputPath /dev/null -- sleep 600
        $job | Stop-Job -PassThru | ForEach-Object State | Should -Be Stopped
        ($job.SlurmJob | Wait-SlurmJob @quick -ErrorAction Ignore).State | Should -Be Cancelled
        Get-Job | Remove-Job
    }

    It 'tells who failed, and why' {
        $failed = Submit-SlurmJob -Name bad -- sh -c 'echo no data; exit 3' | Wait-SlurmJob @quick -ErrorVariable why -ErrorAction SilentlyContinue
        $failed.ExitCode | Should -Be 3
        $why[0].FullyQualifiedErrorId | Should -BeLike 'SlurmJobFailed,*'
        "$($why[0])" | Should -BeLike '*exit code 3*no data'
    }

    It 'shows what is free by partition and by node in 80 columns' {
        $job = Submit-SlurmJob -Gpu 3 -AdditionalArgument --nodelist=gpu01 -OutputPath /dev/null -- sleep 600
        $null = $job | Wait-SlurmJob -State Running @quick
        $view = Get-SlurmResource | Get-View -Width 79
        $view -match '\S' | Select-Object -Skip 1 -First 1 | Should -Match '^Partition +State +GPUs InUse +Free Unusable Nodes Idle Drain Down By type$'
        $view -match '^gpu' | Should -Match '^gpu\* +Up +32 +3 +29 +0 +4 +3 +0 +0 a100 29/32$'
        $view = Get-SlurmResource -ByNode | Get-View -Width 79
        $view -match '^Node' | Should -Match '^Node +State +GPUs InUse +Free +CPUs +Memory Reason or type$'
        $view -match 'Partitions:' | Should -HaveCount 2
        $view -match '^gpu01' | Should -Match '^gpu01 +MIXED +8 +3 +5 +1/32 +1.0/250 GB a100$'
        $job | Stop-SlurmJob
    }

    It 'waits until enough is free' {
        (Wait-SlurmResource -MinGpu 32 -Partition gpu @quick).GpusFree | Should -Be 32
        (TabExpansion2 'Wait-SlurmResource -Partition ').CompletionMatches.ListItemText | Should -Be cpu, gpu
    }

    It 'tells each change of a job once, in 80 columns' {
        $changes = Submit-SlurmJob -Name 'a name that is rather long' -OutputPath /dev/null -- sleep 1 | Watch-SlurmJob -Interval 200ms -WarningAction Ignore
        $changes[-1].To | Should -Be Completed
        $changes.To | Where-Object { $_ -in 'Running', 'Completed' } | Should -Be Running, Completed
        $view = $changes | Get-View -Width 79
        $view[1] | Should -Match '^Time +Id +Name +User +From +To +Nodes \(why\)$'
        $view[-1] | Should -Match '^\d\d:\d\d:\d\d +\d+ +a name that. +root +\w+ +Completed'
    }

    It 'tells what is free and how the cluster stands, in 80 columns' {
        $view = Watch-SlurmResource gpu -Interval 10s | Select-Object -First 1 | Get-View -Width 79
        $view[1] | Should -Match '^Time +Partition +State +Was +Free +InUse Unusable +GPUs +Idle By type$'
        $view[3] | Should -Match '^\S+ +gpu +Up +32 +0 +0 +32 +4 a100 32/32$'
        $job = Submit-SlurmJob -Gpu 2 -AdditionalArgument --hold -- true
        $view = Watch-SlurmCluster 1h | Select-Object -First 1 | Get-View -Width 79
        $view -match '^Jobs' | Should -Be 'Jobs      : 1 Pending (2 GPUs)'
        $view -match '^Resources' | Should -Be 'Resources : cpu 0/0 GPUs free, gpu 32/32 GPUs free'
        $view -match '^Users' | Should -Be 'Users     : root 0 GPUs in 0 jobs, 1 waiting'
        $job | Stop-SlurmJob
    }
}
