using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace GpuOps.Shell;

/// <summary>Objects of the pipeline as compact JSON, one line each.</summary>
/// <remarks>
/// Numbers, truth values and null are JSON's own; enums are their names, times ISO 8601, durations [-][d.]hh:mm:ss[.fffffff];
/// dictionaries and objects are JSON objects, other collections arrays. What lies deeper than <see cref="MaxDepth"/>
/// levels, or inside itself, is printed as its text.
/// </remarks>
internal static class JsonLines
{
    public const int MaxDepth = 8;

    // The lines go to programs, never into a web page: names in any script stay readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            new Line(json).Write(value, depth: 0);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static string OfError(ErrorRecord error)
    {
        string message = error.ErrorDetails?.Message is { Length: > 0 } details ? details : error.Exception.Message;
        return Of(new Dictionary<string, object?>
        {
            ["error"] = message,
            ["id"] = error.FullyQualifiedErrorId,
            ["category"] = error.CategoryInfo.Category,
            ["target"] = error.TargetObject is null ? null : LanguagePrimitives.ConvertTo<string>(error.TargetObject),
            ["recommendedAction"] = error.ErrorDetails?.RecommendedAction,
            ["line"] = error.InvocationInfo is { ScriptLineNumber: > 0 } at ? at.ScriptLineNumber : null,
            ["script"] = error.InvocationInfo?.ScriptName is { Length: > 0 } script ? script : null,
        });
    }

    private sealed class Line(Utf8JsonWriter json)
    {
        private readonly HashSet<object> inside = new(ReferenceEqualityComparer.Instance);

        public void Write(object? value, int depth)
        {
            object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
            if (WriteScalar(plain))
                return;
            if (depth >= MaxDepth || !inside.Add(plain!))
            {
                json.WriteStringValue(Text(plain!));
                return;
            }

            switch (plain)
            {
                case IDictionary dictionary:
                    WriteDictionary(dictionary, depth);
                    break;
                case IEnumerable items:
                    WriteArray(items, depth);
                    break;
                default:
                    WriteProperties(PSObject.AsPSObject(value), depth);
                    break;
            }

            inside.Remove(plain!);
        }

        private bool WriteScalar(object? value)
        {
            switch (value)
            {
                case null or DBNull: json.WriteNullValue(); break;
                case string or char or Guid or Uri or Version or Type or ScriptBlock or Exception or Delegate:
                    json.WriteStringValue(Text(value));
                    break;
                case bool b: json.WriteBooleanValue(b); break;
                case SwitchParameter s: json.WriteBooleanValue(s.IsPresent); break;
                case Enum e: json.WriteStringValue(e.ToString()); break;
                case DateTime t: json.WriteStringValue(t.ToString("o", CultureInfo.InvariantCulture)); break;
                case DateTimeOffset t: json.WriteStringValue(t.ToString("o", CultureInfo.InvariantCulture)); break;
                case TimeSpan t: json.WriteStringValue(t.ToString("c", CultureInfo.InvariantCulture)); break;
                case double d when !double.IsFinite(d): json.WriteStringValue(Text(d)); break;
                case float f when !float.IsFinite(f): json.WriteStringValue(Text(f)); break;
                case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal
                    or System.Numerics.BigInteger:
                    json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                    break;
                default: return false;
            }

            return true;
        }

        private void WriteDictionary(IDictionary dictionary, int depth)
        {
            json.WriteStartObject();
            foreach (DictionaryEntry entry in dictionary)
            {
                json.WritePropertyName(Text(entry.Key));
                Write(entry.Value, depth + 1);
            }

            json.WriteEndObject();
        }

        private void WriteArray(IEnumerable items, int depth)
        {
            json.WriteStartArray();
            foreach (object? item in items)
                Write(item, depth + 1);
            json.WriteEndArray();
        }

        private void WriteProperties(PSObject item, int depth)
        {
            json.WriteStartObject();
            foreach (PSPropertyInfo property in item.Properties)
            {
                if (!property.IsGettable)
                    continue;
                json.WritePropertyName(property.Name);
                Write(ValueOf(property), depth + 1);
            }

            json.WriteEndObject();
        }

        private static object? ValueOf(PSPropertyInfo property)
        {
            try
            {
                return property.Value;
            }
            catch (GetValueException)
            {
                // As the text views show it: a property that cannot be read is empty, not the end of the output.
                return null;
            }
        }

        private static string Text(object value) => LanguagePrimitives.ConvertTo<string>(value);
    }
}
