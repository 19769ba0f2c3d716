namespace GpuOps.Errors;

/// <summary>Something a person can be told: what was wrong, with the value, and what to do.</summary>
public sealed class GpuOpsException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="id">A stable PascalCase name; the start of PowerShell's <c>FullyQualifiedErrorId</c>.</param>
    /// <param name="kind">What kind of error it is.</param>
    /// <param name="message">What was wrong, with the value, and what to do.</param>
    /// <param name="target">The thing the error is about.</param>
    /// <param name="innerException">What caused it.</param>
    public GpuOpsException(string id, GpuOpsErrorKind kind, string message, object? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Id = id;
        Kind = kind;
        Target = target;
    }

    /// <summary>A stable PascalCase name.</summary>
    public string Id { get; }

    /// <summary>What kind of error it is.</summary>
    public GpuOpsErrorKind Kind { get; }

    /// <summary>The thing the error is about.</summary>
    public object? Target { get; }
}
