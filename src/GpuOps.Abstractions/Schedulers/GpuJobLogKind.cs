namespace GpuOps.Schedulers;

/// <summary>What a job writes.</summary>
public enum GpuJobLogKind
{
    /// <summary>Its output and its errors; once where both go to one file.</summary>
    All,

    /// <summary>Its standard output.</summary>
    Output,

    /// <summary>Its standard error.</summary>
    Error,
}
