@{
    RootModule           = 'GpuOps.Cmdlets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '5d0c0f6c-6a3e-4a53-9a1d-2f0f7d1a7d55'
    Author               = 'The GpuOps authors'
    Copyright            = '(c) The GpuOps authors. MIT license.'
    Description          = 'Share, queue and schedule GPUs from the PowerShell pipeline.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    RequiredAssemblies   = @('GpuOps.Abstractions.dll')
    FormatsToProcess     = @('GpuOps.Format.ps1xml')
    TypesToProcess       = @('GpuOps.Types.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Disable-Gpu'
        'Enable-Gpu'
        'Get-GpuBackend'
        'Get-GpuJob'
        'Get-GpuJobLog'
        'Get-GpuOpsConfiguration'
        'Get-GpuPool'
        'Get-GpuQueue'
        'Get-GpuReservation'
        'Get-GpuServer'
        'Get-GpuServerHealth'
        'Get-GpuStatus'
        'Get-GpuUsage'
        'Get-SlurmJob'
        'Get-SlurmJobLog'
        'Get-SlurmResource'
        'Get-SshProfile'
        'Initialize-GpuPool'
        'Invoke-GpuCommand'
        'New-SshProfile'
        'Register-GpuBackend'
        'Remove-GpuJob'
        'Remove-GpuReservation'
        'Remove-SshProfile'
        'Request-GpuReservation'
        'Restart-SlurmJob'
        'Resume-SlurmJob'
        'Set-GpuJob'
        'Set-GpuOpsConfiguration'
        'Set-SshProfile'
        'Start-GpuServer'
        'Stop-GpuJob'
        'Stop-GpuServer'
        'Stop-SlurmJob'
        'Submit-GpuJob'
        'Submit-SlurmJob'
        'Suspend-SlurmJob'
        'Test-GpuBackend'
        'Test-SshProfile'
        'Unregister-GpuBackend'
        'Wait-GpuJob'
        'Wait-SlurmJob'
        'Wait-SlurmResource'
        'Watch-SlurmCluster'
        'Watch-SlurmJob'
        'Watch-SlurmResource'
    )
    PrivateData          = @{
        PSData = @{
            Tags       = @('GPU', 'CUDA', 'ROCm', 'reservation', 'queue', 'Slurm', 'SSH', 'TPU')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
