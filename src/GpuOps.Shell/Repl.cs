using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace GpuOps.Shell;

/// <summary>The conversation at the terminal: a prompt, a command of one or more lines, its output.</summary>
internal sealed class Repl(Session session, ShellHost host, Signals signals)
{
    private static readonly PSInvocationSettings Settings = new() { AddToHistory = true };

    private readonly History history = new();

    public int Run()
    {
        host.Screen.WriteErrorLine(Usage.VersionLine + ". 'exit' leaves, Tab completes.");
        var editor = new LineEditor(host.Screen, history, new Completion(session));
        while (host.RequestedExitCode is null)
        {
            if (ReadCommand(editor) is not { } command)
                break;
            Parser.ParseInput(command, out _, out ParseError[] errors);
            if (errors.Length > 0)
                session.ShowParseError(new ParseException(errors));
            else if (!string.IsNullOrWhiteSpace(command))
                Execute(command);
        }

        return host.RequestedExitCode ?? ExitCodes.Success;
    }

    /// <summary>Reads lines until they are a whole command.</summary>
    /// <returns>The command; empty after Ctrl+C; null at the end of the input.</returns>
    private string? ReadCommand(LineEditor editor)
    {
        var command = new StringBuilder();
        string prompt = Prompt();
        while (true)
        {
            string? line = editor.Read(prompt, out bool cancelled);
            if (line is null)
                return null;
            if (cancelled)
                return "";

            command.Append(line);
            if (line.Length == 0 || !IsIncomplete(command.ToString()))
            {
                history.Add(command.ToString());
                return command.ToString();
            }

            command.Append('\n');
            prompt = ">> ";
        }
    }

    private static bool IsIncomplete(string command)
    {
        Parser.ParseInput(command, out _, out ParseError[] errors);
        return errors.Length > 0 && errors.All(e => e.IncompleteInput);
    }

    private string Prompt()
    {
        try
        {
            using PowerShell pipeline = session.NewPipeline();
            Collection<PSObject> text = pipeline.AddCommand("prompt").Invoke();
            return string.Concat(text);
        }
        catch (RuntimeException)
        {
            return "PS> ";
        }
    }

    private void Execute(string command)
    {
        using PowerShell pipeline = session.NewPipeline();
        pipeline.AddScript(command, useLocalScope: false);
        pipeline.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.AddCommand("Out-Default");
        signals.StopWith(signal =>
        {
            pipeline.BeginStop(null, null);
            NativeChildren.PassOn(signal);
        });
        try
        {
            pipeline.Invoke(null, Settings);
        }
        catch (PipelineStoppedException)
        {
            host.Screen.WriteErrorLine("");
        }
        catch (RuntimeException e)
        {
            session.ShowError(e.ErrorRecord);
        }
        finally
        {
            signals.Rest();
            host.Screen.EraseProgress();
        }
    }
}
