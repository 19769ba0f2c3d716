using System.Management.Automation;

namespace GpuOps.Hosted.Hosting;

/// <summary>What a script did.</summary>
/// <param name="Output">What it returned.</param>
/// <param name="Errors">The error stream, and last the error that ended it, if one did.</param>
/// <param name="Ended">The error that ended the script; null when it ran to its end.</param>
/// <param name="Warnings">The warning stream.</param>
internal sealed record Outcome(IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, ErrorRecord? Ended, IReadOnlyList<string> Warnings)
{
    /// <summary>What it returned, as text.</summary>
    public IReadOnlyList<string> Texts => [.. Output.Select(it => it?.ToString() ?? "")];

    /// <summary>The one object it returned, as text.</summary>
    public string Text => Assert.Single(Texts);

    /// <summary>The ids of its errors, without the class that reported them.</summary>
    public IReadOnlyList<string> ErrorIds => [.. Errors.Select(it => it.FullyQualifiedErrorId.Split(',')[0])];

    /// <summary>Sees to it that there was no error.</summary>
    public Outcome Clean()
    {
        Assert.True(Errors.Count == 0, string.Join("\n", Errors.Select(it => $"{it.FullyQualifiedErrorId}: {it}")));
        return this;
    }

    /// <summary>The one error, which has to have the id and the category.</summary>
    public ErrorRecord Fails(string id, ErrorCategory category)
    {
        Assert.True(Errors.Count == 1, $"Expected one error {id}, got {Errors.Count}: {string.Join("\n", Errors.Select(it => $"{it.FullyQualifiedErrorId}: {it}"))}");
        var error = Errors[0];
        Assert.Equal((id, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        return error;
    }
}
