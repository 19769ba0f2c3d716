@{
    RootModule        = 'GpuOps.psm1'
    ModuleVersion     = '0.0.1'
    GUID              = 'f2b6a0f2-8f0c-4f5e-9a6b-0a4d6f2f0b11'
    FunctionsToExport = 'Get-Trial', 'Stop-Trial'
    FormatsToProcess  = 'GpuOps.Format.ps1xml'
}
