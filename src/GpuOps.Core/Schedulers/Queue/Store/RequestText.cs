using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A request as the store keeps it: JSON, without the variables and the request's id, which have places of their own.</summary>
internal static class RequestText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        // No null is a default that differs from null, so leaving it out loses nothing.
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly Dictionary<string, string> None = [];

    /// <summary>What is kept of a request in the open: all but the variables.</summary>
    public static GpuJobRequest Kept(GpuJobRequest request) => request with { Variables = None };

    public static string Format(GpuJobRequest request) => JsonSerializer.Serialize(request with { Variables = None, RequestId = "" }, Options);

    /// <summary>Reads it back.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is something else.</exception>
    public static GpuJobRequest Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<GpuJobRequest>(text, Options) ?? throw new FormatException("no request");
        }
        catch (JsonException fault)
        {
            throw new FormatException(fault.Message, fault);
        }
    }
}
