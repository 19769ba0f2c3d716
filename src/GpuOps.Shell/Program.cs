namespace GpuOps.Shell;

internal static class Program
{
    private static int Main(string[] args)
    {
        ShellOptions options;
        try
        {
            options = ShellOptions.Parse(args, scriptOnStandardInput: Console.IsInputRedirected);
        }
        catch (UsageException e)
        {
            return Complain(e.Message + " 'gpuops -Help' lists what there is.", ExitCodes.Usage);
        }

        switch (options.Request)
        {
            case ShellRequest.Help:
                Console.Out.Write(Usage.Text);
                return ExitCodes.Success;
            case ShellRequest.Version:
                Console.Out.WriteLine(Usage.VersionLine);
                return ExitCodes.Success;
            default:
                return Run(options);
        }
    }

    private static int Run(ShellOptions options)
    {
        try
        {
            if (options.WorkingDirectory is { } directory)
                Environment.CurrentDirectory = directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Complain($"The working directory '{options.WorkingDirectory}' cannot be entered: {e.Message}", ExitCodes.Usage);
        }

        var telemetry = new TelemetryOptOut();
        WarmUp.Start();
        using var screen = new Screen(options.OutputFormat);
        using var signals = new Signals(screen);
        var host = new ShellHost(screen, interactive: !options.NonInteractive, () => signals.HasStopped);
        try
        {
            using Session session = Session.Open(host);
            telemetry.Dispose();
            return options.Request == ShellRequest.Interactive
                ? new Repl(session, host, signals).Run()
                : new ScriptRun(session, host, signals, options).Run();
        }
        catch (ModuleMissingException e)
        {
            return Complain(e.Message, ExitCodes.Failure);
        }
    }

    private static int Complain(string message, int exitCode)
    {
        Console.Error.WriteLine("gpuops: " + message);
        return exitCode;
    }
}
