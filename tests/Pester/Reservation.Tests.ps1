BeforeDiscovery { . $PSScriptRoot/GpuOps.Rigs.ps1 }
BeforeAll { . $PSScriptRoot/GpuOps.Common.ps1 }

Describe 'Request-GpuReservation' {
    BeforeEach { Enter-Sandbox -Gpu 4 }
    AfterEach { Exit-Sandbox }

    It 'reserves one GPU when nothing else is said' {
        $gpu = Request-GpuReservation
        $gpu.GpuId.Count | Should -Be 1
        $gpu.User | Should -Be $Me
        $gpu.Kind | Should -Be Session
    }

    It 'reserves a number of GPUs' { (Request-GpuReservation -Count 3).GpuId | Should -Be 0, 1, 2 }

    It 'reserves certain GPUs' { (Request-GpuReservation -Id 3, 1).GpuId | Should -Be 1, 3 }

    It 'packs parts onto one GPU before it opens the next' {
        $first = Request-GpuReservation -Share 0.5
        $second = Request-GpuReservation -Share 0.5
        $third = Request-GpuReservation -Share 0.5
        $second.GpuId | Should -Be $first.GpuId
        $third.GpuId | Should -Not -Be $first.GpuId
    }

    It 'gives whole GPUs only where nobody has a part' {
        $part = Request-GpuReservation -Share 0.1
        (Request-GpuReservation -Count 3).GpuId | Should -Not -Contain $part.GpuId[0]
    }

    It 'takes a duration, and then needs no session' {
        $gpu = Request-GpuReservation -Duration 8h
        $gpu.Kind | Should -Be Timed
        ($gpu.Expires - $gpu.Since).TotalHours | Should -BeGreaterThan 7.99
        ([timespan]'00:30:00').TotalMinutes | Should -Be 30
        ((Request-GpuReservation -Duration (New-TimeSpan -Minutes 30)).Expires - [datetime]::Now).TotalMinutes | Should -BeLessThan 30.1
    }

    It 'gives back the GPUs that one had last' {
        $gpu = Request-GpuReservation -Id 2
        $gpu | Remove-GpuReservation
        (Request-GpuReservation).GpuId | Should -Be 2
    }

    It 'numbers the grants upwards' {
        $first = Request-GpuReservation
        (Request-GpuReservation).FencingNumber | Should -BeGreaterThan $first.FencingNumber
    }

    It 'fails at once with -NoWait when the GPUs are taken' {
        $null = Request-GpuReservation -Count 4
        $failure = Get-Failure { Request-GpuReservation -NoWait }
        $failure.FullyQualifiedErrorId | Should -BeLike 'GpuBusy,*'
        $failure.CategoryInfo.Category | Should -Be ResourceBusy
        Get-GpuQueue | Should -BeNullOrEmpty
    }

    It 'leaves the line after -Timeout' {
        $null = Request-GpuReservation -Count 4
        $failure = Get-Failure { Request-GpuReservation -Timeout 300ms }
        $failure.CategoryInfo.Category | Should -Be OperationTimeout
        Get-GpuQueue | Should -BeNullOrEmpty
    }

    It 'fails at once and says why: <Why>' -ForEach @(
        @{ Why = 'more than there are'; Call = { Request-GpuReservation -Count 5 }; Id = 'TooManyGpus'; Category = 'InvalidArgument' }
        @{ Why = 'an unknown id'; Call = { Request-GpuReservation -Id 9 }; Id = 'GpuNotFound'; Category = 'ObjectNotFound' }
        @{ Why = 'the same id twice'; Call = { Request-GpuReservation -Id 1, 1 }; Id = 'DuplicateGpu'; Category = 'InvalidArgument' }
        @{ Why = 'a number and ids'; Call = { Request-GpuReservation -Count 1 -Id 1 }; Id = 'AmbiguousDemand'; Category = 'InvalidArgument' }
        @{ Why = 'a share of more than one'; Call = { Request-GpuReservation -Share 1.5 }; Id = 'InvalidShare'; Category = 'InvalidArgument' }
        @{ Why = 'no GPU'; Call = { Request-GpuReservation -Count 0 }; Id = 'ParameterArgumentValidationError'; Category = 'InvalidData' }
        @{ Why = 'a duration without a unit'; Call = { Request-GpuReservation -Duration 30 }; Id = 'ParameterArgumentTransformationError'; Category = 'InvalidData' }
        @{ Why = 'a duration that is none'; Call = { Request-GpuReservation -Duration soon }; Id = 'ParameterArgumentTransformationError'; Category = 'InvalidData' }
    ) {
        $failure = Get-Failure $Call
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $failure.CategoryInfo.Category | Should -Be $Category
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'fails at once for a GPU out of service' {
        Disable-Gpu 1 -Reason repair
        (Get-Failure { Request-GpuReservation -Id 1 }).FullyQualifiedErrorId | Should -BeLike 'GpuDisabled,*'
    }
}

Describe 'A GPU that somebody uses without a reservation' {
    AfterEach { Exit-Sandbox }

    It 'is given to nobody' {
        Enter-Sandbox -Fake @{ memoryTotal = 80GB }, @{ memoryTotal = 80GB }
        Set-FakeGpu @{ memoryTotal = 80GB; memoryUsed = 20GB }, @{ memoryTotal = 80GB }
        (Request-GpuReservation).GpuId | Should -Be 1
        (Get-Failure { Request-GpuReservation -NoWait }).CategoryInfo.Category | Should -Be ResourceBusy
    }

    It 'is given with -Force to whom its processes belong' {
        $gpu = @{ memoryTotal = 80GB; processes = @(@{ pid = $PID; user = $Me; name = 'pwsh'; memoryUsed = 2GB }) }
        Enter-Sandbox -Fake @{ memoryTotal = 80GB }
        Set-FakeGpu $gpu
        $null = Get-Failure { Request-GpuReservation -NoWait }
        (Request-GpuReservation -NoWait -Force).GpuId | Should -Be 0
    }
}

Describe 'Get-GpuReservation' {
    BeforeAll {
        Enter-Sandbox -Gpu 4
        $mine = Request-GpuReservation -Count 2 -Note mine
        $other = Request-GpuReservation -User alice
    }

    AfterAll { Exit-Sandbox }

    It 'shows one object a reservation' { (Get-GpuReservation).Id | Sort-Object | Should -Be ($mine.Id, $other.Id | Sort-Object) }

    It 'finds by id' { (Get-GpuReservation $mine.Id).Note | Should -Be mine }

    It 'finds by id from the pipeline' { @($mine.Id, $other.Id | Get-GpuReservation).Count | Should -Be 2 }

    It 'finds by GPU' { (Get-GpuReservation -GpuId 1).Id | Should -Be $mine.Id }

    It 'finds by user, with wildcards' { (Get-GpuReservation -User al*).Id | Should -Be $other.Id }

    It 'reports an id that there is not' {
        $failure = Get-Failure { Get-GpuReservation nothing -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -BeLike 'ReservationNotFound,*'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.TargetObject | Should -Be nothing
    }
}

Describe 'Remove-GpuReservation' {
    BeforeEach {
        Enter-Sandbox -Gpu 4
        $gpus = Request-GpuReservation -Count 2
    }

    AfterEach { Exit-Sandbox }

    It 'ends a reservation given as an object' {
        $gpus | Remove-GpuReservation
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'ends a reservation given by id' {
        Remove-GpuReservation $gpus.Id
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'ends a reservation given by GPU' {
        Remove-GpuReservation -GpuId 1
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'ends all of one''s own by Get-GpuStatus, each once' {
        $null = Request-GpuReservation -Id 3
        Get-GpuStatus | Where-Object User -EQ $Me | Remove-GpuReservation -ErrorVariable failures
        $failures | Should -BeNullOrEmpty
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    It 'leaves the neighbours their parts' {
        $mine, $theirs = (Request-GpuReservation -Share 0.5), (Request-GpuReservation -Share 0.5)
        Remove-GpuReservation $mine.Id
        (Get-GpuReservation).Id | Should -Contain $theirs.Id
    }

    It 'reports a request that no longer stands in line' {
        $job = Invoke-GpuCommand -Count 4 -AsJob { 1 }
        Wait-Until { Get-GpuQueue }
        $waiting = Get-GpuQueue
        Stop-Job $job
        Remove-Job $job -Force
        Wait-Until { -not (Get-GpuQueue) }
        (Get-Failure { $waiting | Remove-GpuReservation -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'ReservationNotFound,*'
    }

    It 'reports each thing that is none, and goes on' {
        'nothing', $gpus.Id | Remove-GpuReservation -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -BeLike 'ReservationNotFound,*'
        Get-GpuReservation | Should -BeNullOrEmpty
    }

    Context 'of somebody else' -Skip:(-not $CanBeAnother) {
        BeforeAll {
            Start-Redis
            $pool = "$RedisUri/?pool=shared"
        }

        BeforeEach {
            $null = Initialize-GpuPool -Count 2 -Backend $pool
            $script = "Import-Module '$Module'; Request-GpuReservation -Duration 1h -Backend '$pool' | ForEach-Object Id"
            $theirs = setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/tmp pwsh -NoProfile -Command $script
        }

        AfterEach { Remove-GpuReservation $theirs -Force -Confirm:$false -Backend $pool -ErrorAction Ignore }

        AfterAll { Stop-Redis }

        It 'is refused' {
            $failure = Get-Failure { Remove-GpuReservation $theirs -Backend $pool -ErrorAction Stop }
            $failure.FullyQualifiedErrorId | Should -BeLike 'NotOwner,*'
            $failure.CategoryInfo.Category | Should -Be PermissionDenied
            $failure.TargetObject.Id | Should -Be $theirs
        }

        It 'is done with -Force' {
            Remove-GpuReservation $theirs -Force -Confirm:$false -Backend $pool
            Get-GpuReservation -Backend $pool | Should -BeNullOrEmpty
        }

        It 'asks first: its impact is high' {
            $attribute = (Get-Command Remove-GpuReservation).ImplementingType.GetCustomAttributes($true) | Where-Object { $_ -is [Management.Automation.CmdletAttribute] }
            $attribute.ConfirmImpact | Should -Be High
        }
    }
}
