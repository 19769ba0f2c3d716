using System.Management.Automation.Host;
using System.Net;
using System.Security;
using GpuOps.Channels.Ssh;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>Asks the person at a pipeline what a connection wants to know. Answers are kept nowhere.</summary>
/// <param name="pump">Leads to the pipeline thread, the only one that may ask.</param>
/// <param name="host">Shows the questions.</param>
internal sealed class PipelinePrompts(PipelinePump pump, PSHost host)
{
    private const string Field = "Answer";
    private const int Yes = 0, No = 1;

    public SshDialog Dialog => new()
    {
        TrustHostKey = (key, token) => pump.AskAsync(() => IsRight(key), token),
        Ask = (prompt, token) => pump.AskAsync(() => Answer(prompt), token),
        Tell = prompt => pump.Post(cmdlet => cmdlet.WriteWarning($"SSH, {prompt.Host}: {Shown(prompt.Text)}")),
    };

    private bool IsRight(UnknownHostKey key) => host.UI.PromptForChoice(
        "Unknown host key",
        $"The key of {key.Host} is not known: {key.KeyType} {key.Fingerprint}. Compare it with what the administrator of the host says. If it is the right one, it is added to {key.File}. Is it?",
        [new ChoiceDescription("&Yes", "Adds the key and connects."), new ChoiceDescription("&No", "Does not connect.")],
        No) == Yes;

    private string? Answer(SshPrompt prompt)
    {
        var field = new FieldDescription(Field);
        field.SetParameterType(prompt.IsSecret ? typeof(SecureString) : typeof(string));
        var answers = host.UI.Prompt($"SSH, {prompt.Host}", Shown(prompt.Text), [field]);
        return answers is not null && answers.TryGetValue(Field, out var answer) ? Text(answer?.BaseObject) : null;
    }

    /// <summary>The text may be the host's own: it must neither move the cursor nor pass for another host's.</summary>
    private static string Shown(string text) => string.Concat(text.Select(static c => char.IsControl(c) && c != '\n' ? '?' : c)).TrimEnd(' ', ':', '\n');

    private static string? Text(object? answer) => answer switch
    {
        SecureString secret => new NetworkCredential("", secret).Password,
        _ => answer?.ToString(),
    };
}
