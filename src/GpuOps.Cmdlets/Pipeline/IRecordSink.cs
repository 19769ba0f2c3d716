using System.Management.Automation;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>Where asynchronous work writes: to the pipeline of a cmdlet, or to the streams of a job. May be called from any thread.</summary>
internal interface IRecordSink
{
    /// <summary>Writes an object.</summary>
    void WriteObject(object item);

    /// <summary>Writes an error that ends nothing.</summary>
    void WriteError(ErrorRecord error);

    /// <summary>Writes a warning.</summary>
    void WriteWarning(string text);

    /// <summary>Writes how it stands.</summary>
    void WriteProgress(ProgressRecord progress);
}
