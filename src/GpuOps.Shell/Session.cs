using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace GpuOps.Shell;

/// <summary>One runspace with the GpuOps module in it.</summary>
internal sealed class Session : IDisposable
{
    // Errors written by a command are the ones that Out-Default sends to standard error.
    private const string WriteError = "[CmdletBinding()]param($Record) $PSCmdlet.WriteError($Record)";

    private Session(Runspace runspace, ShellHost host)
    {
        Runspace = runspace;
        Host = host;
    }

    public Runspace Runspace { get; }

    public ShellHost Host { get; }

    /// <summary>The folder of the module: beside the program's own.</summary>
    public static string ModuleFolder { get; } =
        Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)) ?? "/", "GpuOps");

    /// <summary>What an import reads first.</summary>
    public static string Manifest => Path.Combine(ModuleFolder, "GpuOps.psd1");

    /// <summary>Opens the runspace and imports the module.</summary>
    /// <exception cref="ModuleMissingException">The module was not built, or the program was copied without it.</exception>
    public static Session Open(ShellHost host)
    {
        if (!File.Exists(Manifest))
        {
            throw new ModuleMissingException(
                $"The GpuOps module is not at '{ModuleFolder}'. 'dotnet build' in the repository puts it there; " +
                "a copy of this program needs the module's folder beside its own.");
        }

        var session = new Session(OpenRunspace(host), host);
        session.Import(Manifest);
        return session;
    }

    /// <summary>A pipeline in this session, not started.</summary>
    public PowerShell NewPipeline()
    {
        PowerShell pipeline = PowerShell.Create();
        pipeline.Runspace = Runspace;
        return pipeline;
    }

    /// <summary>Shows an error as the engine's own view does, or as JSON where that was asked for.</summary>
    public void ShowError(ErrorRecord error)
    {
        if (Host.Screen.OutputFormat == OutputFormat.Json)
        {
            Host.Screen.WriteErrorLine(JsonLines.OfError(error));
            return;
        }

        // The view is a script and can itself fail, for instance when it is stopped.
        try
        {
            using PowerShell pipeline = NewPipeline();
            pipeline.AddScript(WriteError, useLocalScope: true).AddParameter("Record", error);
            pipeline.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            pipeline.AddCommand("Out-Default").Invoke();
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException)
        {
            Host.UI.WriteErrorLine(error.ToString());
        }
    }

    /// <summary>Shows where and why a script cannot be parsed.</summary>
    public void ShowParseError(ParseException error)
    {
        if (Host.Screen.OutputFormat == OutputFormat.Json)
            ShowError(error.ErrorRecord);
        else
            Host.UI.WriteErrorLine("ParserError: " + error.Message);
    }

    public object? Variable(string name) => Runspace.SessionStateProxy.GetVariable(name);

    public void Dispose() => Runspace.Dispose();

    private static Runspace OpenRunspace(ShellHost host)
    {
        if (!host.Screen.OutputHasColour)
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;

        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        Runspace runspace = RunspaceFactory.CreateRunspace(host, state);
        // The program's only other work is waiting for the script: no second thread for it.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        if (MissingCommands.EngineOnly)
            runspace.SessionStateProxy.InvokeCommand.CommandNotFoundAction = MissingCommands.Explain;
        return runspace;
    }

    private void Import(string manifest)
    {
        // By name too, so that the runspaces of ForEach-Object -Parallel and a pwsh started by the script find it.
        string path = Environment.GetEnvironmentVariable("PSModulePath") ?? "";
        Environment.SetEnvironmentVariable("PSModulePath", path + Path.PathSeparator + Path.GetDirectoryName(ModuleFolder));

        using PowerShell pipeline = NewPipeline();
        pipeline.AddCommand("Import-Module").AddParameter("Name", manifest).AddParameter("Global");
        try
        {
            pipeline.Invoke();
            foreach (ErrorRecord error in pipeline.Streams.Error)
                ShowError(error);
        }
        catch (RuntimeException e)
        {
            ShowError(e.ErrorRecord);
        }
    }
}
