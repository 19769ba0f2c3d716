using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace GpuOps.Hosted.Hosting;

/// <summary>The part of <see cref="TestHost"/> that is told and asked things.</summary>
internal sealed class RecordingUI : PSHostUserInterface
{
    public ConcurrentQueue<string> Warnings { get; } = [];

    public ConcurrentQueue<string> ProgressTexts { get; } = [];

    public ConcurrentQueue<string> Lines { get; } = [];

    public ConcurrentQueue<string> Questions { get; } = [];

    public int Answer { get; set; }

    /// <summary>What it answers when asked for a text, in turn; without any left nobody is there.</summary>
    public ConcurrentQueue<string> Answers { get; } = [];

    /// <summary>A host without a person cannot ask.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Called before a question is answered.</summary>
    public Action? BeforeAnswer { get; set; }

    public bool IsBroken { get; set; }

    public override PSHostRawUserInterface? RawUI => null;

    public override void WriteWarningLine(string message)
    {
        if (IsBroken)
        {
            throw new IOException("The terminal is gone.");
        }

        Warnings.Enqueue(message);
    }

    public override void WriteProgress(long sourceId, ProgressRecord record) =>
        ProgressTexts.Enqueue($"{record.RecordType}|{record.Activity}|{record.StatusDescription}");

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        Questions.Enqueue(message);
        BeforeAnswer?.Invoke();
        return IsAlone ? throw new HostException("Nobody is there.") : Answer;
    }

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        var field = Assert.Single(descriptions);
        var isSecret = field.ParameterTypeFullName == typeof(SecureString).FullName;
        Questions.Enqueue($"{caption}: {message}{(isSecret ? " (secret)" : "")}");
        BeforeAnswer?.Invoke();
        var answer = Answers.TryDequeue(out var next) ? next : throw new HostException("Nobody is there.");
        return new() { [field.Name] = isSecret ? PSObject.AsPSObject(new System.Net.NetworkCredential("", answer).SecurePassword) : answer };
    }

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new NotSupportedException();

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new NotSupportedException();

    public override string ReadLine() => throw new NotSupportedException();

    public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

    public override void Write(string value)
    {
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
    }

    public override void WriteDebugLine(string message)
    {
    }

    public override void WriteErrorLine(string value)
    {
    }

    public override void WriteLine(string value) => Lines.Enqueue(value);

    public override void WriteVerboseLine(string message)
    {
    }
}
