using System.Collections.Concurrent;
using System.Globalization;
using System.Management.Automation.Host;

namespace GpuOps.Hosted.Hosting;

/// <summary>A host that writes down what it is told and answers as it was told.</summary>
internal sealed class TestHost : PSHost
{
    private readonly RecordingUI _ui = new();

    public override string Name => "GpuOps tests";

    public override Version Version { get; } = new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override PSHostUserInterface UI => _ui;

    public ConcurrentQueue<string> Warnings => _ui.Warnings;

    public ConcurrentQueue<string> Progress => _ui.ProgressTexts;

    public ConcurrentQueue<string> Lines => _ui.Lines;

    public ConcurrentQueue<string> Questions => _ui.Questions;

    /// <summary>What to answer when asked for a text, in turn.</summary>
    public ConcurrentQueue<string> Answers => _ui.Answers;

    /// <summary>A host without a person cannot ask.</summary>
    public bool IsAlone
    {
        get => _ui.IsAlone;
        set => _ui.IsAlone = value;
    }

    /// <summary>Called before a question is answered.</summary>
    public Action? BeforeAnswer
    {
        get => _ui.BeforeAnswer;
        set => _ui.BeforeAnswer = value;
    }

    /// <summary>What to choose when asked: 0 is yes, 2 is no.</summary>
    public int Answer
    {
        get => _ui.Answer;
        set => _ui.Answer = value;
    }

    /// <summary>A host that has gone away answers every warning with an error.</summary>
    public bool IsBroken
    {
        get => _ui.IsBroken;
        set => _ui.IsBroken = value;
    }

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }
}
