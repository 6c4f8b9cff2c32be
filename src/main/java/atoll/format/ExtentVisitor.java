package atoll.format;

import java.io.IOException;

/** Takes the extents of an image one after the other. */
@FunctionalInterface
public interface ExtentVisitor {
  /** Takes the next extent; an exception ends the walk and reaches its caller. */
  void visit(Extent extent) throws IOException;
}
