package atoll.objectstore;

import java.io.IOException;

/** Takes the objects of a listing one after the other. */
@FunctionalInterface
public interface ObjectVisitor {
  /** Takes the next object; an exception ends the listing and reaches its caller. */
  void visit(String key, long sizeBytes) throws IOException;
}
