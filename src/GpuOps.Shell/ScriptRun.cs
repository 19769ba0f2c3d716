using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;

namespace GpuOps.Shell;

/// <summary>Runs one script to its end and says what the program returns.</summary>
internal sealed class ScriptRun(Session session, ShellHost host, Signals signals, ShellOptions options)
{
    // Only a run that goes to the history leaves its $? behind; the exit code needs it.
    private static readonly PSInvocationSettings Settings = new() { AddToHistory = true };

    private bool failed;

    public int Run()
    {
        using PowerShell pipeline = session.NewPipeline();
        if (options.Request == ShellRequest.File && !File.Exists(options.Script))
        {
            host.Screen.WriteErrorLine($"gpuops: There is no script file '{options.Script}'.");
            return ExitCodes.Usage;
        }

        if (!AddScript(pipeline))
            return ExitCodes.Failure;

        Action outputClosed = () => pipeline.BeginStop(null, null);
        host.Screen.OutputClosed += outputClosed;
        signals.StopWith(signal => Stop(pipeline, signal));
        try
        {
            if (options.OutputFormat == OutputFormat.Json)
                RunForJson(pipeline);
            else
                RunForPeople(pipeline);
        }
        catch (PipelineStoppedException)
        {
            failed = true;
        }
        catch (RuntimeException e)
        {
            failed = true;
            session.ShowError(e.ErrorRecord);
        }
        finally
        {
            host.Screen.OutputClosed -= outputClosed;
            host.Screen.EraseProgress();
        }

        return ExitCode();
    }

    private static void Stop(PowerShell pipeline, PosixSignal signal)
    {
        // In this order: the script must not go on when its native command ends.
        pipeline.BeginStop(null, null);
        NativeChildren.PassOn(signal);
    }

    /// <summary>Gives the pipeline its script, or shows why it is none.</summary>
    private bool AddScript(PowerShell pipeline)
    {
        ParseError[] errors;
        if (options.Request == ShellRequest.File)
        {
            string path = Path.GetFullPath(options.Script);
            Parser.ParseFile(path, out _, out errors);
            pipeline.AddCommand(path);
            ScriptArguments.AddTo(pipeline, options.Arguments);
        }
        else
        {
            string script = options.Request == ShellRequest.StandardInput ? ReadStandardInput() : options.Script;
            Parser.ParseInput(script, out _, out errors);
            pipeline.AddScript(script, useLocalScope: false);
            foreach (string argument in options.Arguments)
                pipeline.AddArgument(argument);
        }

        // Out-Default has no view for a script that was never invoked: it would print an empty line.
        if (errors.Length > 0)
            session.ShowParseError(new ParseException(errors));
        return errors.Length == 0;
    }

    private static string ReadStandardInput()
    {
        using var input = new StreamReader(Console.OpenStandardInput());
        return input.ReadToEnd();
    }

    private static void RunForPeople(PowerShell pipeline)
    {
        // Errors travel with the output to Out-Default: the engine then leaves a native command both of its streams.
        pipeline.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.AddCommand("Out-Default");
        pipeline.Invoke(null, Settings);
    }

    private void RunForJson(PowerShell pipeline)
    {
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) => Print(output);
        pipeline.Streams.Error.DataAdded += (_, _) =>
        {
            foreach (ErrorRecord error in pipeline.Streams.Error.ReadAll())
                host.Screen.WriteErrorLine(JsonLines.OfError(error));
        };
        pipeline.Invoke(null, output, Settings);
    }

    private void Print(PSDataCollection<PSObject> output)
    {
        Collection<PSObject> objects = output.ReadAll();
        foreach (PSObject item in objects)
            host.Screen.WriteLine(JsonLines.Of(item));
    }

    private int ExitCode()
    {
        if (host.RequestedExitCode is { } requested)
            return requested;
        if (signals.Received is { } signal)
            return Signals.ExitCode(signal);
        if (host.Screen.OutputIsClosed)
            return ExitCodes.BrokenPipe;

        int native = Convert.ToInt32(session.Variable("LASTEXITCODE") ?? 0, CultureInfo.InvariantCulture);
        if (native != 0)
            return native;
        return failed || session.Variable("?") is false ? ExitCodes.Failure : ExitCodes.Success;
    }
}
