using System.Globalization;
using System.Text.Json;

namespace GpuOps.Probes.Amd;

/// <summary>
/// Reads the JSON of AMD's tools, whose shape changes between versions: warnings may stand before it, a number may be a
/// number, a text, or an object with value and unit, and <c>"N/A"</c> stands for anything.
/// </summary>
internal static class SmiJson
{
    private const long Ki = 1024;

    /// <summary>The document in what a tool printed; null when there is none.</summary>
    public static JsonDocument? Find(string text)
    {
        for (var start = 0; start < text.Length; start = text.IndexOf('\n', start) is var end and >= 0 ? end + 1 : text.Length)
        {
            var line = text.AsSpan(start).TrimStart(' ');
            if (line.Length == 0 || line[0] is not ('{' or '['))
                continue;
            try
            {
                return JsonDocument.Parse(text.AsMemory(start));
            }
            catch (JsonException)
            {
                // A warning in brackets; the document is further down.
            }
        }

        return null;
    }

    public static JsonElement? Get(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element;
    }

    /// <summary>The number at a path; null when there is none or it is not available.</summary>
    public static double? Number(this JsonElement element, params ReadOnlySpan<string> path)
    {
        if (element.Get(path) is not { } found)
            return null;
        return found.ValueKind switch
        {
            JsonValueKind.Number => found.GetDouble(),
            JsonValueKind.String => ParseNumber(found.GetString()!),
            JsonValueKind.Object => found.Number("value"),
            _ => null,
        };
    }

    /// <summary>The amount of memory at a path, in bytes.</summary>
    /// <param name="element">Where the path starts.</param>
    /// <param name="unit">The unit of a value that comes without one.</param>
    /// <param name="path">The names that lead to it.</param>
    public static long? Bytes(this JsonElement element, string unit, params ReadOnlySpan<string> path)
    {
        if (element.Number(path) is not { } number)
            return null;
        if (element.Get(path)?.Get("unit") is { ValueKind: JsonValueKind.String } own)
            unit = own.GetString()!;
        // amd-smi writes MB and divides by 1024².
        var factor = unit.ToUpperInvariant() switch
        {
            "KB" or "KIB" => Ki,
            "MB" or "MIB" => Ki * Ki,
            "GB" or "GIB" => Ki * Ki * Ki,
            _ => 1,
        };
        return (long)(number * factor);
    }

    /// <summary>The text at a path; empty when there is none or it is not available.</summary>
    public static string Text(this JsonElement element, params ReadOnlySpan<string> path)
    {
        if (element.Get(path) is not { ValueKind: JsonValueKind.String } found)
            return "";
        var text = found.GetString()!.Trim();
        return text.StartsWith("N/A", StringComparison.OrdinalIgnoreCase) ? "" : text;
    }

    private static double? ParseNumber(string text)
    {
        var number = text.AsSpan().Trim();
        if (number.IndexOf(' ') is var space and > 0)
            number = number[..space];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : null;
    }
}
