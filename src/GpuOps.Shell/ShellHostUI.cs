using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;

namespace GpuOps.Shell;

/// <summary>Text out, and where it goes: objects to standard output, everything said about the run to standard error.</summary>
internal sealed class ShellHostUI(Screen screen, bool interactive, Func<bool> isStopped) : PSHostUserInterface
{
    private const string Reset = "\x1b[0m";

    private readonly ShellRawUI rawUI = new(screen);
    private readonly Questions questions = new(screen, interactive, isStopped);

    public override PSHostRawUserInterface RawUI => rawUI;

    public override bool SupportsVirtualTerminal => screen.OutputHasColour;

    public override void Write(string value) => Print(value, newLine: false);

    public override void WriteLine(string value) => Print(value, newLine: true);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Print(Coloured(value, foregroundColor, backgroundColor), newLine: false);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Print(Coloured(value, foregroundColor, backgroundColor), newLine: true);

    public override void WriteErrorLine(string value) => Say(value, PSStyle.Instance.Formatting.Error);

    public override void WriteWarningLine(string message) => Say("WARNING: " + message, PSStyle.Instance.Formatting.Warning);

    public override void WriteVerboseLine(string message) => Say("VERBOSE: " + message, PSStyle.Instance.Formatting.Verbose);

    public override void WriteDebugLine(string message) => Say("DEBUG: " + message, PSStyle.Instance.Formatting.Debug);

    public override void WriteProgress(long sourceId, ProgressRecord record) => screen.ShowProgress(sourceId, record);

    public override string ReadLine() => questions.ReadLine();

    public override System.Security.SecureString ReadLineAsSecureString() => questions.ReadSecret();

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions) =>
        questions.AskFields(caption, message, descriptions);

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        questions.AskChoice(caption, message, choices, defaultChoice);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        questions.AskCredential(caption, message, userName);

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => questions.AskCredential(caption, message, userName);

    private void Print(string text, bool newLine)
    {
        // With JSON on standard output, text written for people must not get between the lines.
        if (screen.OutputFormat == OutputFormat.Json)
            Say(text, "", newLine);
        else
            screen.Write((screen.OutputHasColour ? text : Plain(text)) + (newLine ? "\n" : ""));
    }

    private void Say(string text, string style, bool newLine = true)
    {
        if (!screen.ErrorHasColour)
            text = Plain(text);
        else if (style.Length > 0 && !text.Contains('\x1b', StringComparison.Ordinal))
            text = style + text + Reset;

        if (newLine)
            screen.WriteErrorLine(text);
        else
            screen.WriteError(text);
    }

    private static string Plain(string text) =>
        text.Contains('\x1b', StringComparison.Ordinal) ? new StringDecorated(text).ToString(OutputRendering.PlainText) : text;

    private string Coloured(string text, ConsoleColor foreground, ConsoleColor background)
    {
        if (!screen.OutputHasColour)
            return text;
        string start = Enum.IsDefined(foreground) ? PSStyle.MapForegroundColorToEscapeSequence(foreground) : "";
        start += Enum.IsDefined(background) ? PSStyle.MapBackgroundColorToEscapeSequence(background) : "";
        return start.Length == 0 ? text : start + text + Reset;
    }
}
