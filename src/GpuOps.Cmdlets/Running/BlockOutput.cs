using System.Management.Automation;
using System.Text;

namespace GpuOps.Cmdlets.Running;

/// <summary>Turns the lines that come back from a block's process into the objects and records that were written there.</summary>
internal static class BlockOutput
{
    /// <summary>The name PowerShell's serializer gives the text of a warning, verbose or debug record.</summary>
    private const string Message = "InformationalRecord_Message";

    /// <summary>Hands a line on to the job's stream it belongs to.</summary>
    public static void Read(string line, Job job)
    {
        if (Decode(line) is not { } item)
        {
            // The block printed past PowerShell, straight to standard output.
            job.Output.Add(PSObject.AsPSObject(line));
            return;
        }

        switch (item.TypeNames[0].Replace("Deserialized.System.Management.Automation.", "", StringComparison.Ordinal))
        {
            case "ErrorRecord":
                job.Error.Add(Error(item));
                break;
            case "WarningRecord":
                job.Warning.Add(new WarningRecord(Text(item, Message)));
                break;
            case "VerboseRecord":
                job.Verbose.Add(new VerboseRecord(Text(item, Message)));
                break;
            case "DebugRecord":
                job.Debug.Add(new DebugRecord(Text(item, Message)));
                break;
            case "InformationRecord":
                job.Information.Add(new InformationRecord(item.Properties["MessageData"]?.Value, Text(item, "Source")));
                break;
            default:
                job.Output.Add(item);
                break;
        }
    }

    private static PSObject? Decode(string line)
    {
        var bytes = new byte[line.Length];
        if (!Convert.TryFromBase64String(line, bytes, out var length))
        {
            return null;
        }

        try
        {
            return PSObject.AsPSObject(PSSerializer.Deserialize(Encoding.UTF8.GetString(bytes, 0, length)));
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }

    private static ErrorRecord Error(PSObject item)
    {
        var category = (item.Properties["CategoryInfo"]?.Value as PSObject)?.Properties["Category"]?.Value?.ToString();
        return new ErrorRecord(
            new RuntimeException(item.ToString()),
            Text(item, "FullyQualifiedErrorId"),
            Enum.TryParse<ErrorCategory>(category, out var known) ? known : ErrorCategory.NotSpecified,
            item.Properties["TargetObject"]?.Value);
    }

    private static string Text(PSObject item, string property) => item.Properties[property]?.Value?.ToString() ?? "";
}
