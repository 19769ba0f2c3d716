using System.Management.Automation;

namespace GpuOps.Shell;

/// <summary>The commands that people expect of every PowerShell and that the engine alone does not have.</summary>
internal static class MissingCommands
{
    private static readonly Dictionary<string, string> NamesByModule = new()
    {
        ["Microsoft.PowerShell.Utility"] = """
            Add-Member Add-Type Clear-Variable Compare-Object ConvertFrom-CliXml ConvertFrom-Csv ConvertFrom-Json
            ConvertFrom-Markdown ConvertFrom-SddlString ConvertFrom-StringData ConvertTo-CliXml ConvertTo-Csv
            ConvertTo-Html ConvertTo-Json ConvertTo-Xml Debug-Runspace Disable-PSBreakpoint Disable-RunspaceDebug
            Enable-PSBreakpoint Enable-RunspaceDebug Export-Alias Export-Clixml Export-Csv Export-FormatData
            Export-PSSession Format-Custom Format-Hex Format-List Format-Table Format-Wide Get-Alias Get-Culture
            Get-Date Get-Error Get-Event Get-EventSubscriber Get-FileHash Get-FormatData Get-Host Get-MarkdownOption
            Get-Member Get-PSBreakpoint Get-PSCallStack Get-Random Get-Runspace Get-RunspaceDebug Get-SecureRandom
            Get-TraceSource Get-TypeData Get-UICulture Get-Unique Get-Uptime Get-Variable Get-Verb Group-Object
            Import-Alias Import-Clixml Import-Csv Import-LocalizedData Import-PowerShellDataFile Import-PSSession
            Invoke-Expression Invoke-RestMethod Invoke-WebRequest Join-String Measure-Command Measure-Object
            New-Alias New-Event New-Guid New-Object New-TemporaryFile New-TimeSpan New-Variable Out-File
            Out-GridView Out-String Read-Host Register-EngineEvent Register-ObjectEvent Remove-Alias Remove-Event
            Remove-PSBreakpoint Remove-TypeData Remove-Variable Select-Object Select-String Select-Xml
            Send-MailMessage Set-Alias Set-Date Set-MarkdownOption Set-PSBreakpoint Set-TraceSource Set-Variable
            Show-Markdown Sort-Object Start-Sleep Tee-Object Test-Json Trace-Command Unblock-File Unregister-Event
            Update-FormatData Update-List Update-TypeData Wait-Debugger Wait-Event Write-Debug Write-Error
            Write-Host Write-Information Write-Output Write-Progress Write-Verbose Write-Warning
            """,
        ["Microsoft.PowerShell.Management"] = """
            Add-Content Clear-Content Clear-Item Clear-ItemProperty Clear-RecycleBin Convert-Path Copy-Item
            Copy-ItemProperty Debug-Process Get-ChildItem Get-Clipboard Get-ComputerInfo Get-Content Get-HotFix
            Get-Item Get-ItemProperty Get-ItemPropertyValue Get-Location Get-Process Get-PSDrive Get-PSProvider
            Get-Service Get-TimeZone Invoke-Item Join-Path Move-Item Move-ItemProperty New-Item New-ItemProperty
            New-PSDrive New-Service Pop-Location Push-Location Remove-Item Remove-ItemProperty Remove-PSDrive
            Remove-Service Rename-Computer Rename-Item Rename-ItemProperty Resolve-Path Restart-Computer
            Restart-Service Resume-Service Set-Clipboard Set-Content Set-Item Set-ItemProperty Set-Location
            Set-Service Set-TimeZone Split-Path Start-Process Start-Service Stop-Computer Stop-Process Stop-Service
            Suspend-Service Test-Connection Test-Path Wait-Process
            """,
        ["Microsoft.PowerShell.Security"] = """
            ConvertFrom-SecureString ConvertTo-SecureString Get-Acl Get-AuthenticodeSignature Get-CmsMessage
            Get-Credential Get-ExecutionPolicy Get-PfxCertificate Protect-CmsMessage Set-Acl
            Set-AuthenticodeSignature Set-ExecutionPolicy Unprotect-CmsMessage
            """,
        ["Microsoft.PowerShell.Host"] = """
            Start-Transcript Stop-Transcript
            """,
        ["Microsoft.PowerShell.Archive"] = """
            Compress-Archive Expand-Archive
            """,
        ["PSReadLine"] = """
            Get-PSReadLineKeyHandler Get-PSReadLineOption PSConsoleHostReadLine Remove-PSReadLineKeyHandler
            Set-PSReadLineKeyHandler Set-PSReadLineOption
            """,
        ["Microsoft.PowerShell.ThreadJob"] = """
            Start-ThreadJob
            """,
        ["Microsoft.PowerShell.PSResourceGet"] = """
            Find-PSResource Get-InstalledPSResource Get-PSResourceRepository Install-PSResource
            Register-PSResourceRepository Uninstall-PSResource Update-PSResource
            """,
    };

    private static readonly Lazy<Dictionary<string, string>> ModuleByName = new(() => NamesByModule
        .SelectMany(m => m.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(n => (Name: n, Module: m.Key)))
        .ToDictionary(p => p.Name, p => p.Module, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether this build has the engine without PowerShell's own modules.</summary>
    public static bool EngineOnly { get; } =
        !File.Exists(Path.Combine(AppContext.BaseDirectory, "Microsoft.PowerShell.Commands.Utility.dll"));

    /// <summary>Answers a search for a command that found nothing.</summary>
    public static void Explain(object? sender, CommandLookupEventArgs e)
    {
        if (ModuleByName.Value.ContainsKey(e.CommandName))
            e.Command = new CmdletInfo(e.CommandName, typeof(MissingCommand));
    }

    /// <summary>What a known command belongs to and how to get it.</summary>
    public static string Explanation(string name) =>
        $"{name} belongs to {ModuleByName.Value[name]}, which this gpuops does not include: it was built with PowerShell's " +
        $"engine alone. Install PowerShell 7.6 (pwsh) and run there: Import-Module '{Session.ModuleFolder}'. Or build gpuops " +
        "from a package source that has Microsoft.PowerShell.SDK: dotnet build -p:GpuOpsFullPowerShell=true";
}
